//! The identities of one person: what an export or an erasure is about.
//!
//! `store::person` looks up which identities belong together; nothing here decides that.

use std::collections::BTreeSet;
use std::fmt;

use uuid::Uuid;

use crate::CustomerKey;

/// How a request identifies the person.
#[derive(Clone, PartialEq, Eq)]
pub enum Named {
    /// The subject of the person's tokens.
    Account(Uuid),
    /// The keys under which the shop's customer id may be stored.
    Customer(Vec<CustomerKey>),
    /// The keys under which an email address may be stored.
    Email(Vec<CustomerKey>),
}

impl Named {
    /// Returns the kind of identity: `account`, `customer` or `email`. It does not reveal the person.
    #[must_use]
    pub fn by(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Customer(_) => "customer",
            Self::Email(_) => "email",
        }
    }

    /// Returns the identities that follow from the request alone: an account is also a customer id, and the other way
    /// round.
    #[must_use]
    pub fn identities(&self) -> Identities {
        let mut identities = Identities::default();
        match self {
            Self::Account(id) => identities.add(CustomerKey::of_id(&id.to_string())),
            Self::Customer(keys) | Self::Email(keys) => keys.iter().cloned().for_each(|key| identities.add(key)),
        }
        identities
    }
}

impl fmt::Debug for Named {
    /// Omits the identity, so that no log line identifies a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Named({})", self.by())
    }
}

/// The identities of one person.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identities {
    /// Subjects of tokens.
    pub accounts: BTreeSet<Uuid>,
    /// Customer ids and hashed addresses.
    pub customers: BTreeSet<CustomerKey>,
    /// Sessions that only this person used.
    pub sessions: BTreeSet<String>,
}

impl Identities {
    /// Adds those of another search for the same person.
    pub fn extend(&mut self, others: Self) {
        self.accounts.extend(others.accounts);
        self.customers.extend(others.customers);
        self.sessions.extend(others.sessions);
    }

    /// Adds a customer key, and the account if it is one.
    pub fn add(&mut self, key: CustomerKey) {
        self.accounts.extend(key.account_id());
        self.customers.insert(key);
    }

    /// Returns the customer keys as strings, sorted.
    #[must_use]
    pub fn keys(&self) -> Vec<&str> {
        self.customers.iter().map(CustomerKey::as_str).collect()
    }
}

impl fmt::Debug for Identities {
    /// Prints counts only, so that no log line identifies a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (accounts, customers, sessions) = (self.accounts.len(), self.customers.len(), self.sessions.len());
        write!(f, "Identities({accounts} accounts, {customers} customers, {sessions} sessions)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_and_the_customer_id_that_it_is_are_one_person() {
        let id = Uuid::from_u128(0xabc);
        let identities = Named::Account(id).identities();
        assert_eq!(identities, Named::Customer(vec![CustomerKey::of_id(&id.to_string().to_uppercase())]).identities());
        assert_eq!((identities.accounts.len(), identities.keys()), (1, vec![&*id.to_string()]));
        assert_eq!(Named::Customer(vec![CustomerKey::of_id("4711")]).identities().accounts.len(), 0);
    }

    #[test]
    fn a_person_is_not_named_by_debug_output() {
        let named = Named::Customer(vec![CustomerKey::of_id("jane")]);
        assert_eq!(
            format!("{named:?} {:?}", named.identities()),
            "Named(customer) Identities(0 accounts, 1 customers, 0 sessions)"
        );
    }
}
