//! Mutual TLS between the host and this process: one certificate each, made for one run.
//!
//! The host announces its certificate in the environment, we announce ours in the handshake line,
//! and each side accepts exactly the other's. Knows nothing of sockets and gRPC.

use std::sync::Arc;

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature,
    verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
};

/// The one protocol spoken inside TLS. Hosts built with newer gRPC libraries refuse a server that
/// does not name it.
const ALPN_HTTP2: &[u8] = b"h2";

/// The name the host expects in the server's certificate.
const SERVER_NAME: &str = "localhost";

/// Why mutual TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The environment holds something else than a certificate.
    #[error("PLUGIN_CLIENT_CERT holds no certificate in PEM form: {0}")]
    ClientCertificate(#[source] rustls::pki_types::pem::Error),
    /// Our own certificate could not be made.
    #[error("cannot make the plugin's certificate: {0}")]
    ServerCertificate(#[source] rcgen::Error),
    /// The parts do not fit together.
    #[error("cannot set up TLS: {0}")]
    Configuration(#[source] rustls::Error),
}

/// The server's half of mutual TLS.
#[derive(Debug)]
pub(super) struct MutualTls {
    /// What to do with accepted connections.
    pub config: Arc<ServerConfig>,
    /// DER of the certificate to announce.
    pub certificate: CertificateDer<'static>,
}

impl MutualTls {
    /// Makes a new key and certificate, and accepts only the client whose certificate is in
    /// `client_certificate` (PEM).
    ///
    /// # Errors
    /// When the PEM text holds no certificate, or the cryptography library refuses.
    pub(super) fn accepting_only(client_certificate: &str) -> Result<Self, TlsError> {
        let client = CertificateDer::from_pem_slice(client_certificate.as_bytes())
            .map_err(TlsError::ClientCertificate)?;
        let (certificate, key) = server_certificate().map_err(TlsError::ServerCertificate)?;

        // Only this provider can check the signatures of P-521 keys, which hosts use.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Arc::new(PinnedClient::new(client, &provider));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(TlsError::Configuration)?
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate.clone()], key)
            .map_err(TlsError::Configuration)?;
        config.alpn_protocols = vec![ALPN_HTTP2.to_vec()];
        // A host connects once. Without resumption every connection shows its certificate.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self {
            config: Arc::new(config),
            certificate,
        })
    }
}

/// A self-signed certificate on a key that never leaves this process. P-256, because its key is
/// made and used faster than those of the larger curves, and the start is on every plan's path.
/// It has no end in practice: a plan may outlive any shorter term, and the key dies with the process.
fn server_certificate() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new([SERVER_NAME.to_owned()])?;
    params
        .distinguished_name
        .push(DnType::CommonName, SERVER_NAME);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.self_signed(&key)?.into();
    Ok((
        certificate,
        PrivateKeyDer::Pkcs8(key.serialize_der().into()),
    ))
}

/// Accepts one certificate, byte for byte, and proof that the client has its key.
///
/// The usual verifier cannot be used: hosts present a self-signed certificate that is marked as an
/// authority, which it refuses for a client. Comparing the whole certificate is stricter: there
/// is no chain, name or date to get wrong.
#[derive(Debug)]
struct PinnedClient {
    certificate: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl PinnedClient {
    fn new(certificate: CertificateDer<'static>, provider: &CryptoProvider) -> Self {
        Self {
            certificate,
            algorithms: provider.signature_verification_algorithms,
        }
    }
}

impl ClientCertVerifier for PinnedClient {
    fn client_auth_mandatory(&self) -> bool {
        true
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        presented: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if presented.as_ref() == self.certificate.as_ref() {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_no_certificate_is_refused() {
        insta::assert_snapshot!(
            MutualTls::accepting_only("hello").unwrap_err(),
            @"PLUGIN_CLIENT_CERT holds no certificate in PEM form: no items found"
        );
    }

    #[test]
    fn every_process_has_its_own_certificate() {
        let (first, _) = server_certificate().unwrap();
        let (second, _) = server_certificate().unwrap();
        assert_ne!(first, second);
    }
}
