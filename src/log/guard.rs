//! Keeps the storage engine's panics and hangs from spreading.
//!
//! The engine panics on some damaged files, on the calling thread and on threads of its own. A panic hook
//! swallows the message of such a panic and keeps it for the error; every other panic goes to the hook that
//! was there before.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;
use std::time::Duration;

use super::error::LogError;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Panics of the engine so far, on any thread of this process.
static PANICS: AtomicU64 = AtomicU64::new(0);
static LAST: Mutex<String> = Mutex::new(String::new());

/// Installs the hook, once a process.
pub(super) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| if is_engines(info) { record(info) } else { previous(info) }));
    });
}

fn is_engines(info: &PanicHookInfo) -> bool {
    INSIDE.get()
        || thread::current().name().is_some_and(|name| name.starts_with("sled-io-"))
        || info.location().is_some_and(|at| at.file().contains("/sled-0."))
}

fn record(info: &PanicHookInfo) {
    let text = info.payload_as_str().unwrap_or("no message");
    let first_line = text.lines().next().unwrap_or_default();
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = match info.location() {
        Some(at) => format!("{first_line}, at line {} of its {}", at.line(), file_name(at.file())),
        None => first_line.to_owned(),
    };
    PANICS.fetch_add(1, Ordering::SeqCst);
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The number of engine panics so far, to be compared later with [`panicked_since`].
pub(super) fn panics() -> u64 {
    PANICS.load(Ordering::SeqCst)
}

/// An error when the engine has panicked since `before` was counted.
pub(super) fn panicked_since(before: u64) -> Option<LogError> {
    (panics() != before).then(engine_panic)
}

fn engine_panic() -> LogError {
    LogError::EnginePanic { message: LAST.lock().unwrap_or_else(PoisonError::into_inner).clone() }
}

/// Runs a call into the engine; a panic becomes an error.
pub(super) fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, LogError> {
    let outer = INSIDE.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    INSIDE.set(outer);
    result.map_err(|_| engine_panic())
}

/// Runs a call into the engine on a thread of its own, and gives up waiting for it after `limit`. A thread
/// that hangs is left behind: there is no way to end it.
pub(super) fn limited<T: Send + 'static>(
    action: &'static str,
    limit: Duration,
    call: impl FnOnce() -> T + Send + 'static,
) -> Result<T, LogError> {
    let (send, receive) = mpsc::sync_channel(1);
    let run = move || {
        let result = guarded(call);
        // Nobody may be waiting any more.
        let _ = send.send(result);
    };
    let spawned = thread::Builder::new().name("waybill-log-engine".to_owned()).spawn(run);
    spawned.map_err(LogError::io(action, "a thread for the log".as_ref()))?;
    match receive.recv_timeout(limit) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Err(LogError::Stalled { action, seconds: limit.as_secs() }),
        Err(RecvTimeoutError::Disconnected) => Err(engine_panic()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_becomes_an_error_with_its_message() {
        install_hook();
        let before = panics();
        let error = guarded(|| panic!("broken page")).expect_err("the call panicked");
        assert!(matches!(&error, LogError::EnginePanic { message } if message.contains("broken page")), "{error}");
        assert!(panicked_since(before).is_some());
    }

    #[test]
    fn a_call_that_does_not_return_is_given_up() {
        let limit = Duration::from_millis(20);
        let error = limited("sleep", limit, || thread::sleep(Duration::from_secs(5))).expect_err("too slow");
        assert!(matches!(error, LogError::Stalled { action: "sleep", .. }));
        assert_eq!(limited("add", Duration::from_secs(5), || 1 + 1).expect("fast enough"), 2);
    }
}
