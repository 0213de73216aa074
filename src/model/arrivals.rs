//! When a stream's things come.

use crate::units::draw::Law;
use crate::units::time::SimTime;
use serde::{Deserialize, Serialize};

/// When a stream's things come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Arrivals {
    /// At these instants, ascending; those before the start are the opening backlog.
    At(Vec<SimTime>),
    /// One after each interval, the first an interval after the start, or at `first`. Poisson is exponential intervals.
    Every { gap: Law, first: Option<SimTime> },
    /// One of the two above, with more said about it.
    Shaped(Box<Shape>),
}

/// What a stream says beside its times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// [`Arrivals::At`] or [`Arrivals::Every`].
    pub times: Arrivals,
    /// So many things at each time; at least one.
    pub batch: Option<Law>,
    /// How the rate of [`Arrivals::Every`] changes.
    pub pace: Option<Pace>,
    /// They never leave: a route without end is right.
    pub circulates: bool,
}

impl Arrivals {
    /// The times alone: [`Arrivals::At`] or [`Arrivals::Every`].
    #[inline]
    pub fn times(&self) -> &Arrivals {
        match self {
            Arrivals::Shaped(shape) => &shape.times,
            plain => plain,
        }
    }

    /// What is said beside the times.
    #[inline]
    pub fn shape(&self) -> Option<&Shape> {
        match self {
            Arrivals::Shaped(shape) => Some(shape),
            _ => None,
        }
    }

    /// Whether what comes stays in the model for ever.
    pub fn circulates(&self) -> bool {
        self.shape().is_some_and(|shape| shape.circulates)
    }

    /// How the rate changes.
    #[inline]
    pub fn pace(&self) -> Option<&Pace> {
        self.shape()?.pace.as_ref()
    }

    /// How many things come at each time.
    #[inline]
    pub fn batch(&self) -> Option<&Law> {
        self.shape()?.batch.as_ref()
    }
}

/// How the rate of a stream changes with time: three factors, in millionths, that multiply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Seconds after which the parts come again.
    pub period: i64,
    /// Seconds from a beginning of the period to the start of the run.
    pub phase: i64,
    /// Until when in the period each factor holds; ascending, the last one to its end.
    pub parts: Vec<(i64, u64)>,
    /// By month, from January; empty where months do not matter.
    pub months: Vec<u64>,
    /// Factors at instants, ascending; straight lines between them, and level before and after.
    pub trend: Vec<(SimTime, u64)>,
}

impl Pace {
    /// A factor of one.
    pub const ONE: u64 = 1_000_000;
    /// The highest factor.
    pub const MOST: u64 = 1_000_000 * Pace::ONE;
}
