//! A route in the document, with the schemas that it alone needs.

use utoipa::ToSchema;
use utoipa::openapi::path::{OperationBuilder, Parameter};
use utoipa::openapi::{RefOr, Schema};

use super::response::{list_of, one_of};

/// A route in the document.
pub(crate) struct Description {
    pub(super) operation: OperationBuilder,
    /// Schemas by name.
    pub(super) schemas: Vec<(String, RefOr<Schema>)>,
}

impl From<OperationBuilder> for Description {
    /// Its schemas are among those of the document.
    fn from(operation: OperationBuilder) -> Self {
        Self { operation, schemas: Vec::new() }
    }
}

impl Description {
    /// Takes an operation that answers `{"data": ...}`, under the name of the data followed by `Answer`.
    pub(super) fn enveloped<T: ToSchema>(operation: OperationBuilder) -> Self {
        let name = T::name();
        let mut schemas = vec![(format!("{name}Answer"), one_of(&name).into()), (name.into_owned(), T::schema())];
        T::schemas(&mut schemas);
        Self { operation, schemas }
    }

    /// Takes an operation that answers a list with its pagination, under the name of a row followed by `List`.
    pub(super) fn list<T: ToSchema>(operation: OperationBuilder) -> Self {
        let name = T::name();
        let mut schemas = vec![(format!("{name}List"), list_of(&name).into()), (name.into_owned(), T::schema())];
        T::schemas(&mut schemas);
        Self { operation, schemas }
    }

    /// Takes an operation that answers data without an envelope.
    pub(crate) fn bare<T: ToSchema>(operation: OperationBuilder) -> Self {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        Self { operation, schemas }
    }

    /// Says whom it is for.
    pub(crate) fn description(self, text: &str) -> Self {
        Self { operation: self.operation.description(Some(text)), ..self }
    }

    /// Adds a parameter.
    pub(crate) fn parameter(self, parameter: Parameter) -> Self {
        Self { operation: self.operation.parameter(parameter), ..self }
    }
}
