//! A stand-in for the Camunda 8 SaaS Administration API and its token service.
