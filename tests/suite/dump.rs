//! Temporary: prints a world and the engine's first events.
use crate::reference::{random, tick, world};
#[test]
fn dump() {
    let Ok(n) = std::env::var("DUMP") else { return };
    let n: u64 = n.parse().unwrap();
    let w = random::world(n);
    println!("{}", world::to_toml(&w));
    if std::env::var("REF").is_ok() { for e in tick::run(&w, n % 7).events { println!("R {e}"); } }
    let text = world::to_toml(&w);
    let loaded = crate::support::read(&text);
    let mut state = waybill::state::State::open(loaded.plan.clone());
    let mut rules = waybill::mechanism::Rules::new(&state.net, n % 7);
    let mut out = Vec::new();
    for _ in 0..std::env::var("STEPS").map_or(60, |s| s.parse().unwrap()) {
        let Some(due) = state.next() else { break };
        if loaded.plan.end.is_some_and(|e| due.at >= e) { break; }
        out.clear();
        waybill::mechanism::decide(&state, &mut rules, &due, &mut out);
        state.take(due);
        for e in &out { state.apply(&e.event); println!("{} {:?} <- {}", state.now.0, e.event, e.cause); }
    }
}
