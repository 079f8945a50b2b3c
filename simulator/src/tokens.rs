//! Tokens: signing, checking, revoking, and the limit on asking for them. All in real time, because
//! clients judge tokens by their own clocks. Knows credentials, but nothing of HTTP or clusters.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    time::Duration,
};

use aws_lc_rs::{digest, hmac, rand};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    behaviour::TokenRateLimit,
    clock::{later, real_now},
    contract::contract,
    seed::Credential,
};

const VERBS: [&str; 4] = ["get", "create", "update", "delete"];

/// Who makes a request, as its token tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caller {
    pub(crate) client_id: String,
    pub(crate) organization: String,
    permissions: BTreeSet<String>,
}

impl Caller {
    /// Whether the token grants this verb in this permission group.
    pub(crate) fn may(&self, group: &str, verb: &str) -> bool {
        self.permissions.contains(&permission(group, verb))
    }
}

/// Issues tokens and remembers them. Serialised as a whole, key included, so that a token which a
/// client keeps is good after a restart.
#[derive(Serialize, Deserialize)]
pub(crate) struct TokenService {
    key: SigningKey,
    issued: BTreeMap<String, Issued>,
    sources: BTreeMap<IpAddr, Source>,
    refused: BTreeSet<String>,
    /// How far the clock of this service was moved ahead of real time by hand.
    #[serde(with = "crate::clock::seconds")]
    ahead: Duration,
}

#[derive(Serialize, Deserialize)]
struct Issued {
    client_id: String,
    expires: Timestamp,
    revoked: bool,
}

/// What tokens are signed with, as the bytes that can be written down.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct SigningKey([u8; 32]);

impl SigningKey {
    fn new() -> Self {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).expect("the system has random numbers");
        Self(bytes)
    }

    fn hmac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.0)
    }
}

impl From<SigningKey> for String {
    fn from(key: SigningKey) -> Self {
        URL_SAFE_NO_PAD.encode(key.0)
    }
}

impl TryFrom<String> for SigningKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or("the key that tokens are signed with is not 32 bytes in base64")
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Source {
    last: Option<Timestamp>,
    blocked_until: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    iat: i64,
    exp: i64,
    azp: String,
    gty: String,
    scope: String,
    jti: String,
    #[serde(rename = "https://camunda.com/orgId")]
    organization: String,
    permissions: Vec<String>,
}

impl TokenService {
    pub(crate) fn new() -> Self {
        Self {
            key: SigningKey::new(),
            issued: BTreeMap::new(),
            sources: BTreeMap::new(),
            refused: BTreeSet::new(),
            ahead: Duration::ZERO,
        }
    }

    fn now(&self) -> Timestamp {
        later(real_now(), self.ahead)
    }

    /// Moves the clock by which tokens expire and source addresses are unblocked.
    pub(crate) fn advance(&mut self, duration: Duration) {
        self.ahead = self.ahead.saturating_add(duration);
    }

    /// A signed token and its scope text.
    pub(crate) fn issue(
        &mut self,
        credential: &Credential,
        audience: &str,
        lifetime: Duration,
    ) -> (String, String) {
        let now = self.now();
        self.issued.retain(|_, issued| issued.expires > now);
        let permissions = granted(credential);
        let scope = permissions
            .iter()
            .map(|permission| permission.to_lowercase().replace(' ', "-"))
            .collect::<Vec<_>>()
            .join(" ");
        let id = random_id();
        // The dates inside are what the client reads, with its own clock.
        let real = real_now();
        let claims = Claims {
            iss: "https://weblogin.cloud.camunda.io/".to_owned(),
            sub: format!("{}@clients", credential.client_id),
            aud: audience.to_owned(),
            iat: real.as_second(),
            exp: later(real, lifetime).as_second(),
            azp: credential.client_id.clone(),
            gty: "client-credentials".to_owned(),
            scope: scope.clone(),
            jti: id.clone(),
            organization: credential.organization.clone(),
            permissions,
        };
        self.issued.insert(
            id,
            Issued {
                client_id: credential.client_id.clone(),
                expires: later(now, lifetime),
                revoked: false,
            },
        );
        (self.sign(&claims), scope)
    }

    fn sign(&self, claims: &Claims) -> String {
        let header = json!({ "alg": "HS256", "typ": "JWT" }).to_string();
        let claims = serde_json::to_vec(claims).expect("claims hold text keys only");
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = hmac::sign(&self.key.hmac(), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn claims(&self, token: &str) -> Option<Claims> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        hmac::verify(&self.key.hmac(), signed.as_bytes(), &signature).ok()?;
        let (_, claims) = signed.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    /// Who holds this token.
    ///
    /// # Errors
    /// Why it is refused, for people.
    pub(crate) fn check(&self, token: &str, audiences: &[String]) -> Result<Caller, &'static str> {
        let claims = self.claims(token).ok_or("The token is malformed.")?;
        let issued = self
            .issued
            .get(&claims.jti)
            .ok_or("The token has expired.")?;
        if issued.revoked {
            return Err("The token was revoked.");
        }
        if issued.expires <= self.now() {
            return Err("The token has expired.");
        }
        if !audiences.contains(&claims.aud) {
            return Err("The token is for another audience.");
        }
        Ok(Caller {
            client_id: claims.azp,
            organization: claims.organization,
            permissions: claims.permissions.into_iter().collect(),
        })
    }

    /// The client behind a token that we signed, whether it is still valid or not.
    pub(crate) fn client_of(&self, token: &str) -> Option<String> {
        Some(self.claims(token)?.azp)
    }

    /// Refuses this token from now on.
    pub(crate) fn revoke(&mut self, token: &str) {
        if let Some(claims) = self.claims(token)
            && let Some(issued) = self.issued.get_mut(&claims.jti)
        {
            issued.revoked = true;
        }
    }

    /// Refuses every token issued so far, or those of one client.
    pub(crate) fn revoke_all(&mut self, client_id: Option<&str>) -> usize {
        let mut count = 0;
        for issued in self.issued.values_mut() {
            if client_id.is_none_or(|id| id == issued.client_id) {
                issued.revoked = true;
                count += 1;
            }
        }
        count
    }

    /// Ends the validity of every token issued so far.
    pub(crate) fn expire_all(&mut self) -> usize {
        let count = self.issued.len();
        self.issued.clear();
        count
    }

    /// How many tokens are valid now.
    pub(crate) fn valid(&self) -> usize {
        let now = self.now();
        self.issued
            .values()
            .filter(|issued| !issued.revoked && issued.expires > now)
            .count()
    }

    /// Counts a token request of this address. Gives the time left if it is refused.
    pub(crate) fn limit(&mut self, address: IpAddr, limit: TokenRateLimit) -> Option<Duration> {
        let now = self.now();
        let source = self.sources.entry(address).or_default();
        let since = |time: Timestamp| Duration::try_from(now.duration_since(time)).ok();
        if let Some(until) = source.blocked_until
            && let Ok(left) = Duration::try_from(until.duration_since(now))
            && !left.is_zero()
        {
            return Some(left);
        }
        source.blocked_until = None;
        let too_soon = source
            .last
            .and_then(since)
            .is_some_and(|gap| gap < Duration::from_secs(1));
        source.last = Some(now);
        if too_soon {
            source.blocked_until = Some(later(now, limit.block));
            return Some(limit.block);
        }
        None
    }

    /// Lets every source address ask again.
    pub(crate) fn unblock(&mut self) {
        self.sources.clear();
    }

    /// Notes a refused login; true if the same one was refused before.
    pub(crate) fn refused_before(&mut self, login: &[&str]) -> bool {
        !self.refused.insert(fingerprint(&login.join("\0")))
    }
}

/// Tells secrets apart without showing them: the start of a digest.
pub(crate) fn fingerprint(secret: &str) -> String {
    let digest = digest::digest(&digest::SHA256, secret.as_bytes());
    digest.as_ref()[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn random_id() -> String {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).expect("the system has random numbers");
    URL_SAFE_NO_PAD.encode(bytes)
}

fn permission(group: &str, verb: &str) -> String {
    format!("{verb}:{group}")
}

fn granted(credential: &Credential) -> Vec<String> {
    let listed = |list: &[String], name: &str| list.is_empty() || list.iter().any(|it| it == name);
    contract()
        .groups()
        .into_iter()
        .filter(|group| listed(&credential.groups, group))
        .flat_map(|group| {
            VERBS
                .iter()
                .filter(|verb| listed(&credential.verbs, verb))
                .map(move |verb| permission(group, verb))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{Seed, credentials};

    const HOUR: Duration = Duration::from_secs(3600);

    fn credential(client_id: &str) -> Credential {
        Seed::default()
            .credentials
            .into_iter()
            .find(|credential| credential.client_id == client_id)
            .expect("built in")
    }

    fn audiences() -> Vec<String> {
        vec!["api".to_owned()]
    }

    #[test]
    fn a_token_carries_the_permissions_of_its_credential() {
        let mut service = TokenService::new();
        let (token, scope) = service.issue(&credential(credentials::FULL.client_id), "api", HOUR);
        let caller = service.check(&token, &audiences()).expect("valid");
        assert!(caller.may("Cluster", "delete") && caller.may("Connector Secrets", "get"));
        assert!(scope.contains("create:connector-secrets"), "{scope}");

        let (token, _) = service.issue(&credential(credentials::READ_ONLY.client_id), "api", HOUR);
        let caller = service.check(&token, &audiences()).expect("valid");
        assert!(caller.may("Cluster", "get") && !caller.may("Cluster", "create"));

        let (token, _) = service.issue(&credential(credentials::MEMBERS.client_id), "api", HOUR);
        let caller = service.check(&token, &audiences()).expect("valid");
        assert!(caller.may("Members", "delete") && !caller.may("Cluster", "get"));
    }

    #[test]
    fn bad_tokens_are_refused() {
        let mut service = TokenService::new();
        let full = credential(credentials::FULL.client_id);
        let (token, _) = service.issue(&full, "api", HOUR);
        let refused = |service: &TokenService, token: &str| {
            service.check(token, &audiences()).expect_err("refused")
        };

        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let (header, claims) = signed.split_once('.').expect("three parts");
        let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64");
        let claims = String::from_utf8(claims)
            .expect("JSON")
            .replace("get:", "put:");
        let tampered = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims));
        assert_eq!(refused(&service, &tampered), "The token is malformed.");
        assert_eq!(refused(&service, "nonsense"), "The token is malformed.");
        let (foreign, _) = TokenService::new().issue(&full, "api", HOUR);
        assert_eq!(refused(&service, &foreign), "The token is malformed.");

        let (other, _) = service.issue(&full, "zeebe.camunda.io", HOUR);
        assert_eq!(
            refused(&service, &other),
            "The token is for another audience."
        );

        service.revoke(&token);
        assert_eq!(refused(&service, &token), "The token was revoked.");

        let (token, _) = service.issue(&full, "api", HOUR);
        assert!(service.check(&token, &audiences()).is_ok());
        service.advance(HOUR);
        assert_eq!(refused(&service, &token), "The token has expired.");

        let (token, _) = service.issue(&full, "api", HOUR);
        assert!(service.check(&token, &audiences()).is_ok());
        service.expire_all();
        assert_eq!(refused(&service, &token), "The token has expired.");
    }

    #[test]
    fn one_request_per_second_and_then_a_block_for_everybody_behind_the_address() {
        let mut service = TokenService::new();
        let limit = TokenRateLimit {
            block: Duration::from_secs(60),
            send_retry_after: true,
        };
        let here = IpAddr::from([127, 0, 0, 1]);
        assert_eq!(service.limit(here, limit), None);
        service.advance(Duration::from_secs(1));
        assert_eq!(service.limit(here, limit), None);
        assert_eq!(service.limit(here, limit), Some(limit.block));
        service.advance(Duration::from_secs(30));
        assert!(service.limit(here, limit).is_some());
        assert_eq!(service.limit(IpAddr::from([127, 0, 0, 2]), limit), None);
        service.advance(Duration::from_secs(31));
        assert_eq!(service.limit(here, limit), None);
    }
}
