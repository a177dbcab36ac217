//! Where and why a guest trapped.
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::js;

/// Why a guest trapped, as far as the engine tells.
///
/// ```no_run
/// # fn example(trap: millrace::Trap) {
/// if trap.kind == millrace::TrapKind::StackOverflow {
///     println!("it calls too deep");
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrapKind {
    /// The engine does not tell.
    Unknown,
    /// It reached what its compiler took for unreachable: often a panic or an `abort`.
    Unreachable,
    /// It touched memory that it has not.
    MemoryOutOfBounds,
    /// It touched an element that its table has not.
    TableOutOfBounds,
    /// It called a function through a pointer of another type, or a null pointer.
    IndirectCall,
    /// It divided by zero.
    DivideByZero,
    /// A result was too large for its type.
    IntegerOverflow,
    /// It called too deep.
    StackOverflow,
    /// An exception that it did not catch.
    Exception,
    /// An import that it called has failed: [`Trap::import`] names it.
    Import,
}

impl TrapKind {
    fn from_js(kind: &str) -> Self {
        match kind {
            "unreachable" => Self::Unreachable,
            "memory-out-of-bounds" => Self::MemoryOutOfBounds,
            "table-out-of-bounds" => Self::TableOutOfBounds,
            "indirect-call" => Self::IndirectCall,
            "divide-by-zero" => Self::DivideByZero,
            "integer-overflow" => Self::IntegerOverflow,
            "stack-overflow" => Self::StackOverflow,
            "exception" => Self::Exception,
            "import" => Self::Import,
            _ => Self::Unknown,
        }
    }
}

/// Where a guest was, in one of its functions, when it trapped or called the next one.
///
/// ```no_run
/// # fn example(trap: millrace::Trap) {
/// for frame in trap.frames {
///     println!("{} at {:?}", frame.name.unwrap_or_default(), frame.offset);
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrapFrame {
    /// What the module calls the function, if it has a name there.
    pub name: Option<String>,
    /// The function's number in the module, imports included.
    pub index: u32,
    /// Of the instruction, in bytes from the beginning of the module. Safari does not tell.
    pub offset: Option<u32>,
}

impl TrapFrame {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn from_js(frame: &JsValue) -> Self {
        Self {
            name: js::string(frame, "name"),
            index: js::number(frame, "index") as u32,
            offset: js::get(frame, "offset").as_f64().map(|offset| offset as u32),
        }
    }
}

/// What is known of a trap.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) {
/// use millrace::{Error, TrapKind};
///
/// match pool.command("/trap.wasm").run().await {
///     Err(Error::Trapped { trap, .. }) if trap.kind == TrapKind::Unreachable => {
///         println!("it panicked in {:?}", trap.frames.first());
///     }
///     other => println!("{other:?}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// Why, as far as the engine tells.
    pub kind: TrapKind,
    /// The guest's functions that ran, the innermost first. As many as the engine tells.
    pub frames: Vec<TrapFrame>,
    /// The same, as the engine prints it.
    pub stack: String,
    /// Of [`TrapKind::Import`]: which import it is, as `env.log`.
    pub import: Option<String>,
}

impl Trap {
    pub(crate) fn from_js(error: &JsValue) -> Self {
        let frames = js::get(error, "frames");
        let frames = frames.dyn_ref::<Array>().map(|all| all.iter().map(|one| TrapFrame::from_js(&one)).collect());
        Self {
            kind: TrapKind::from_js(&js::string(error, "kind").unwrap_or_default()),
            frames: frames.unwrap_or_default(),
            stack: js::string(error, "wasmStack").unwrap_or_default(),
            import: js::string(error, "import"),
        }
    }
}
