//! Named draws as a generator of `rand`, for what needs no portable law: a shuffle, a sample, a resampling of figures.
//!
//! What `rand` makes of the words may change from one release of it to the next. Whatever becomes an event is drawn through
//! a [`Sampler`](super::Sampler), never through this.

use std::convert::Infallible;

use rand::TryRng;
use rand::rand_core::utils::fill_bytes_via_next_word;

use super::{Purpose, Secret};

/// The draws of one individual for one purpose, from visit 0 on.
///
/// ```
/// use rand::seq::SliceRandom;
/// use waybill::units::draw::{Draws, Purpose, name_hash};
///
/// let secret = Draws::new(1).block(name_hash("hub-pl"), 0).secret();
/// let mut order = [1, 2, 3, 4, 5];
/// order.shuffle(&mut secret.words(Purpose::named("order of inspection")));
/// assert_ne!(order, [1, 2, 3, 4, 5]);
/// ```
#[derive(Clone, Debug)]
pub struct Words {
    pub(super) secret: Secret,
    pub(super) purpose: Purpose,
    pub(super) visit: u64,
}

impl TryRng for Words {
    type Error = Infallible;

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let word = self.secret.draw(self.purpose, self.visit);
        self.visit += 1;
        Ok(word)
    }

    /// The high half of a word.
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| (word >> 32) as u32)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}
