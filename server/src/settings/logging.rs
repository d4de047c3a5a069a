//! How much is logged, and in which form.

use super::{Profile, Reader};
use tracing::level_filters::LevelFilter;

#[derive(Debug, Clone, Copy)]
pub struct LoggingSettings {
    /// `LOG_LEVEL`, default DEBUG in development, INFO elsewhere.
    pub level: LevelFilter,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For a person at a terminal.
    Pretty,
    /// One JSON object a line (spec 05 §10.1).
    Json,
}

impl LoggingSettings {
    pub(super) fn read(r: &mut Reader, profile: Profile) -> Self {
        let production = profile.is_production();
        let level = r.parsed("LOG_LEVEL", "DEBUG, INFO, WARNING, ERROR or CRITICAL", parse_level);
        LoggingSettings {
            level: level.unwrap_or(if production { LevelFilter::INFO } else { LevelFilter::DEBUG }),
            format: if production { LogFormat::Json } else { LogFormat::Pretty },
        }
    }
}

fn parse_level(value: &str) -> Option<LevelFilter> {
    match value.to_ascii_uppercase().as_str() {
        "TRACE" => Some(LevelFilter::TRACE),
        "DEBUG" => Some(LevelFilter::DEBUG),
        "INFO" => Some(LevelFilter::INFO),
        "WARN" | "WARNING" => Some(LevelFilter::WARN),
        "ERROR" | "CRITICAL" | "FATAL" => Some(LevelFilter::ERROR),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::{names, read};

    // CFG-012
    #[test]
    fn the_level_follows_the_profile_unless_told_otherwise() {
        assert_eq!(read(&[]).logging.level, LevelFilter::DEBUG);
        assert_eq!(read(&[("ENV", "prod")]).logging.level, LevelFilter::INFO);
        assert_eq!(read(&[("ENV", "prod"), ("LOG_LEVEL", "warning")]).logging.level, LevelFilter::WARN);
        assert_eq!(names(&[("LOG_LEVEL", "LOUD")]), ["LOG_LEVEL"]);
        assert_eq!(read(&[("ENV", "prod")]).logging.format, LogFormat::Json);
    }
}
