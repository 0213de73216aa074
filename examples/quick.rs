use waybill::*;
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let loaded = scenario::read(path.as_ref(), &scenario::Options::default()).unwrap_or_else(|r| {
        eprintln!("{}", r.text(false));
        std::process::exit(2)
    });
    let opened = sim::Opened::new(1, loaded.plan, loaded.notes);
    let opening = log::Opening { record: opened.to_bytes(), ..Default::default() };
    let log = Box::new(log::DigestLog::new(opening));
    let world = sim::World::open(opened.plan.clone(), &opened.notes);
    let t = std::time::Instant::now();
    let mut run = sim::Run::new(world, 1, log, Default::default());
    let ended = run.go(&Default::default()).unwrap();
    let el = t.elapsed();
    let d = run.log().digest().unwrap();
    let (world, _) = run.into_parts();
    println!("{ended:?} events {} turns {} {:?} digest {}", world.state.events, world.state.turns, el, d);
    println!("{:.2} M events/s", world.state.events as f64 / el.as_secs_f64() / 1e6);
    if std::env::args().nth(2).is_some() {
        println!("{}", serde_json::to_string_pretty(&serde_json::Value::from(world.figures(&opened.notes))).unwrap());
    }
}
