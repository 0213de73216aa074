//! The golden draws: a small listing of blocks, mixes and samples that any build must print alike.

use std::fmt::Write;

use super::{Draws, Law, Purpose, Samplers, name_hash, replication_seed};

/// Words from end to end: where tables begin, turn and end, and some in between.
const LADDER: [u64; 13] = [
    0,
    1,
    1 << 19,
    1 << 40,
    0x0123_4567_89ab_cdef,
    0x4000_0000_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xb504_f333_f9de_6484,
    0xf000_0000_0000_0001,
    0xffff_ff00_0000_0000,
    u64::MAX - 1,
    u64::MAX,
];

/// The golden draws as text, equal on every platform and in every build of one semantics version.
///
/// Printed by the release binary and compared with `golden.txt` by a test: unification of features
/// has made a test build draw other values than the binary elsewhere.
pub fn golden() -> String {
    let mut text = String::new();
    write_golden(&mut text).expect("text takes what is written to it");
    text
}

fn write_golden(text: &mut String) -> std::fmt::Result {
    for seed in [0, 1, 20_250_714] {
        writeln!(text, "seed {seed}: replication 1 has seed {}", replication_seed(seed, 1))?;
        let draws = Draws::new(seed);
        for (source, ordinal) in [("air-defence", 0), ("air-defence", 1), ("germany-1", 4_294_967_296)] {
            let block = draws.block(name_hash(source), ordinal);
            writeln!(text, "  block {source}#{ordinal}:{}", hex(&block.words()))?;
            for purpose in ["hub-pl.receipt", "transit us-depot:hub-pl:air"] {
                let words = [0, 1, 2, u64::MAX].map(|visit| block.secret().draw(Purpose::named(purpose), visit));
                writeln!(text, "    {purpose}:{}", hex(&words))?;
            }
        }
    }
    writeln!(text, "words:{}", hex(&LADDER))?;
    let mut samplers = Samplers::default();
    for law in laws() {
        let sampler = samplers.sampler(&law).expect("the golden laws are right");
        let values = LADDER.map(|word| sampler.at(word).to_string());
        writeln!(text, "{law:?}: {}", values.join(" "))?;
    }
    Ok(())
}

fn hex(words: &[u64]) -> String {
    words.iter().fold(String::new(), |text, word| format!("{text} {word:016x}"))
}

/// One or more of each kind; large means, so that many digits show.
pub(super) fn laws() -> Vec<Law> {
    let cut = |least, most, of| Law::Cut { least, most, of: Box::new(of) };
    let exponential = Law::Exponential { mean: 1_036_800.0 };
    vec![
        Law::Constant(14_400),
        exponential.clone(),
        Law::Exponential { mean: 1e12 },
        Law::Lognormal { mean: 14_400.0, cv: 0.8 },
        Law::Lognormal { mean: 1e12, cv: 0.01 },
        Law::Lognormal { mean: 1e12, cv: 20.0 },
        Law::Gamma { mean: 14_400.0, cv: 0.5 },
        Law::Gamma { mean: 1e12, cv: 0.01 },
        Law::Gamma { mean: 1e12, cv: 1.5 },
        Law::Gamma { mean: 1e12, cv: 5.0 },
        Law::Weibull { mean: 1e12, cv: 0.01 },
        Law::Weibull { mean: 1e12, cv: 0.6 },
        Law::Weibull { mean: 1e12, cv: 5.0 },
        Law::Erlang { mean: 1e12, k: 1 },
        Law::Erlang { mean: 1e12, k: 3 },
        Law::Erlang { mean: 1e12, k: 1000 },
        Law::Pareto { low: 1e9, shape: 1.05 },
        Law::Pareto { low: 1e12, shape: 2.5 },
        Law::Triangular { low: 86_400.0, mode: 259_200.0, high: 864_000.0 },
        Law::Triangular { low: 0.0, mode: 0.0, high: 1e12 },
        Law::Uniform { low: 10, high: 60 },
        Law::Uniform { low: 0, high: 1_000_000_000_000 },
        Law::empirical(vec![7, 3, 3, 12, 0]),
        Law::weights(vec![(1, 30.0), (2, 50.0), (3, 20.0)]),
        Law::weights((0..20).map(|value| (value, 1.0 + value as f64)).collect()),
        Law::Mixture { parts: vec![(0.885, Law::Constant(0)), (0.115, exponential.clone())] },
        cut(Some(3600), Some(2_592_000), exponential.clone()),
        cut(None, Some(1_000_000_000_000), Law::Pareto { low: 1e9, shape: 1.05 }),
        cut(Some(200_000), None, Law::Triangular { low: 86_400.0, mode: 259_200.0, high: 864_000.0 }),
        cut(Some(1), None, Law::Mixture { parts: vec![(0.885, Law::Constant(0)), (0.115, exponential)] }),
    ]
}
