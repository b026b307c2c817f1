//! The database role that each function signs in as.
//!
//! `migrations/roles.sql` creates them and grants each what its function's statements need. Migrate,
//! maintain-partitions and the operator's command sign in as the owner of the schema instead, which `DATABASE_URL`
//! names.

/// The role of one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Answers every GET: reads scores, figures and findings, writes nothing.
    AnswerQueries,
    /// Writes interactions and their scores.
    ImportInteractions,
    /// Reads the log of interactions, writes findings.
    JudgeCarts,
    /// Reads and renames whatever names a person, changes no score.
    ManagePeople,
    /// Writes everything derived from back-end events.
    ProjectOrders,
    /// Reads activity, writes rank lists.
    RankProducts,
    /// Reads what was learned and who bought what, writes the rules about recommendations.
    Recommend,
    /// Writes interactions, reads no figures and no customers.
    RecordInteractions,
    /// Updates the time of the next hint.
    ResendPending,
    /// Reads findings, leases and removes their alerts.
    SendAlerts,
    /// Reads interactions for the catalog, removes its pending rows.
    UpdateCatalog,
    /// Removes pending rows and changes scores.
    UpdatePopularity,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 12] = [
        Self::AnswerQueries,
        Self::ImportInteractions,
        Self::JudgeCarts,
        Self::ManagePeople,
        Self::ProjectOrders,
        Self::RankProducts,
        Self::Recommend,
        Self::RecordInteractions,
        Self::ResendPending,
        Self::SendAlerts,
        Self::UpdateCatalog,
        Self::UpdatePopularity,
    ];

    /// Returns its name in Postgres: `shopsignal_` and the name of the function.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AnswerQueries => "shopsignal_answer_queries",
            Self::ImportInteractions => "shopsignal_import_interactions",
            Self::JudgeCarts => "shopsignal_judge_carts",
            Self::ManagePeople => "shopsignal_manage_people",
            Self::ProjectOrders => "shopsignal_project_orders",
            Self::RankProducts => "shopsignal_rank_products",
            Self::Recommend => "shopsignal_recommend",
            Self::RecordInteractions => "shopsignal_record_interactions",
            Self::ResendPending => "shopsignal_resend_pending",
            Self::SendAlerts => "shopsignal_send_alerts",
            Self::UpdateCatalog => "shopsignal_update_catalog",
            Self::UpdatePopularity => "shopsignal_update_popularity",
        }
    }
}
