//! Errors as Google's clients read them: `{"error":{"code":..,"message":..,"errors":[..],..}}`.

use crate::json::Value;
use crate::serve::compat::refusal::parameter_of;
use crate::serve::http::problem::Problem;

/// The error of a problem.
pub(super) fn wording(problem: &Problem) -> Value {
    let (reason, status) = match problem.status.as_u16() {
        401 => ("authError", "UNAUTHENTICATED"),
        403 => ("forbidden", "PERMISSION_DENIED"),
        404 => ("notFound", "NOT_FOUND"),
        400..500 => ("badRequest", "INVALID_ARGUMENT"),
        503 => ("backendError", "UNAVAILABLE"),
        _ => ("backendError", "INTERNAL"),
    };
    let message = Value::from(problem.detail.as_str());
    let mut error =
        vec![("message", message.clone()), ("domain", "global".into()), ("reason", reason.into())];
    if let Some((parameter, _)) = parameter_of(problem) {
        error.push(("location", parameter.into()));
        error.push(("locationType", "parameter".into()));
    }
    let error = Value::object([
        ("code", Value::from(u64::from(problem.status.as_u16()))),
        ("message", message),
        ("errors", Value::List(vec![Value::object(error)])),
        ("status", status.into()),
    ]);
    Value::object([("error", error)])
}
