//! Every code of a diagnostic, and what `waybill explain` says about it.
//!
//! 1xx syntax and keys, 2xx values and units, 3xx references and structure, 4xx files and journals, 5xx warnings.

/// A static for each code, and the list of all.
macro_rules! codes {
    ($($id:ident $name:literal $title:literal $text:literal $wrong:literal $right:literal)*) => {
        $(pub(crate) static $id: $crate::scenario::codes::Code = $crate::scenario::codes::Code {
            name: $name,
            explanation: concat!(
                $name, ": ", $title, "\n\n", $text, "\n\nWrong:\n\n", $wrong, "\n\nRight:\n\n", $right, "\n"
            ),
            wrong: $wrong,
            right: $right,
        };)*
        /// In the order of their numbers.
        pub(crate) static ALL: &[&$crate::scenario::codes::Code] = &[$(&$id),*];
    };
}

mod table;

pub(crate) use table::*;

/// A kind of mistake.
#[derive(Debug)]
pub(crate) struct Code {
    /// `WB104`.
    pub name: &'static str,
    /// A paragraph with a wrong and a right example.
    pub explanation: &'static str,
    /// The examples by themselves; tests read them.
    #[cfg_attr(not(test), expect(dead_code, reason = "for tests"))]
    pub wrong: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "for tests"))]
    pub right: &'static str,
}

impl Code {
    pub fn is_warning(&self) -> bool {
        self.name.starts_with("WB5")
    }

    /// Whether it may come from something that a broken file did not say.
    pub fn is_about_the_whole(&self) -> bool {
        self.name == MISSING_KEY.name || self.name.starts_with("WB3") || self.is_warning()
    }

    /// 1xx.
    pub fn is_about_keys(&self) -> bool {
        self.name.starts_with("WB1")
    }

    /// Whether a plan without what is missing would be another one.
    pub fn breaks_the_plan(&self) -> bool {
        const BREAKING: [&Code; 12] = [
            &SYNTAX,
            &SHAPE,
            &MISSING_KEY,
            &DUPLICATE,
            &SIZE,
            &REFERENCE,
            &MECHANISM,
            &ROUTE,
            &AMBIGUOUS,
            &FILE,
            &CSV,
            &COLUMN,
        ];
        BREAKING.iter().any(|c| c.name == self.name)
    }
}
