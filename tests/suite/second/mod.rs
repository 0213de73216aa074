//! Second statements of parts of the semantics: slow, plain, each for small worlds of one kind, and written from the rules
//! alone. The suite runs the same worlds through the engine and compares event for event.

mod money;
mod needs;
