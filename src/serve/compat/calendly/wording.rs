//! Errors as Calendly's clients read them: `{"title":..,"message":..,"details":[..]}`.

use crate::json::Value;
use crate::serve::compat::refusal::parameter_of;
use crate::serve::http::problem::Problem;

/// The error of a problem.
pub(super) fn wording(problem: &Problem) -> Value {
    let (title, message) = match problem.status.as_u16() {
        400 => ("Invalid Argument", "The supplied parameters are invalid."),
        401 => ("Unauthenticated", "The access token is invalid"),
        403 => ("Permission Denied", "You do not have permission to access this resource."),
        404 => ("Resource Not Found", "The server could not find the requested resource."),
        405 => ("Method Not Allowed", problem.detail.as_str()),
        503 => ("Service Unavailable", problem.detail.as_str()),
        _ => ("Internal Server Error", problem.detail.as_str()),
    };
    let detail = match parameter_of(problem) {
        Some((parameter, message)) => {
            vec![("parameter", Value::from(parameter)), ("message", message.into())]
        }
        None => vec![("message", Value::from(problem.detail.as_str()))],
    };
    let mut error = vec![("title", Value::from(title)), ("message", message.into())];
    if [400, 403].contains(&problem.status.as_u16()) {
        error.push(("details", Value::List(vec![Value::object(detail)])));
    }
    Value::object(error)
}
