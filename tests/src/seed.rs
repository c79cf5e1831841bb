//! What tests leave to chance, so that it can be repeated.

use fastrand::Rng;

/// Names the seed to repeat.
const GIVEN: &str = "QUORATE_TEST_SEED";

/// A seed, printed, and the generator that begins with it: the one that `QUORATE_TEST_SEED` names, else a new one.
///
/// # Panics
/// When that variable is no number.
#[must_use]
pub fn seeded(what: &str) -> (u64, Rng) {
    let given = std::env::var(GIVEN).ok();
    let seed = given.map_or_else(|| fastrand::u64(..), |seed| seed.parse().expect("QUORATE_TEST_SEED is a number"));
    println!("{what}: repeat with {GIVEN}={seed}");
    (seed, Rng::with_seed(seed))
}
