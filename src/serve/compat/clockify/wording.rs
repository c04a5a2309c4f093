//! Errors as Clockify's clients read them: `{"message":..,"code":..}`.

use crate::json::Value;
use crate::serve::http::problem::Problem;

/// The product's code for a request that it does not understand.
const BAD_REQUEST: u64 = 501;
/// The product's code for a request without a key that counts.
const UNAUTHENTICATED: u64 = 1000;

/// The error of a problem.
pub(super) fn wording(problem: &Problem) -> Value {
    let code = match problem.status.as_u16() {
        400 => BAD_REQUEST,
        401 => UNAUTHENTICATED,
        status => u64::from(status),
    };
    Value::object([("message", Value::from(problem.detail.as_str())), ("code", code.into())])
}
