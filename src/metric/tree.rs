//! Figures as a tree of dotted paths, in the order in which they were put.

use serde_json::{Map, Value};

/// Figures by dotted path; values in seconds, kilograms, minor units, counts and shares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree(Map<String, Value>);

impl Tree {
    /// Puts a value at a path below the branches that it names; a value that is no number becomes null.
    pub fn put(&mut self, path: &str, value: impl Into<Value>) {
        let mut at = &mut self.0;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                at.insert(part.to_owned(), value.into());
                return;
            }
            let branch = at.entry(part).or_insert_with(|| Value::Object(Map::new()));
            if !branch.is_object() {
                *branch = Value::Object(Map::new());
            }
            at = branch.as_object_mut().expect("a branch of figures is an object");
        }
    }

    /// The value at a dotted path.
    pub fn get(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.');
        let mut at = self.0.get(parts.next()?)?;
        for part in parts {
            at = at.get(part)?;
        }
        Some(at)
    }

    /// The number at a dotted path.
    pub fn number(&self, path: &str) -> Option<f64> {
        self.get(path)?.as_f64()
    }

    /// Every leaf with its path.
    pub fn leaves(&self) -> Vec<(String, &Value)> {
        fn walk<'a>(prefix: &str, value: &'a Value, out: &mut Vec<(String, &'a Value)>) {
            match value {
                Value::Object(map) => {
                    for (key, value) in map {
                        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                        walk(&path, value, out);
                    }
                }
                leaf => out.push((prefix.to_owned(), leaf)),
            }
        }
        let mut out = Vec::new();
        for (key, value) in &self.0 {
            walk(key, value, &mut out);
        }
        out
    }

    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

impl From<Tree> for Value {
    fn from(tree: Tree) -> Value {
        tree.into_value()
    }
}
