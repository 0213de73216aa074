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

    /// How many things come at each time.
    #[inline]
    pub fn batch(&self) -> Option<&Law> {
        self.shape()?.batch.as_ref()
    }
}
