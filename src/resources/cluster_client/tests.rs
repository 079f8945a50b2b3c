//! What plans and states of an API client are made of, without a service.
