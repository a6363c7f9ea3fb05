use super::Identity;
use crate::uri::Uri;
use std::sync::Arc;

/// Where a router's half finds what it keeps of a principal (`R`), and who it is; `None` if there is no such principal.
pub(super) type Find<R> = Arc<dyn Fn(&Uri, &str) -> Option<(R, Identity)> + Send + Sync>;
