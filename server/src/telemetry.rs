//! What the log says and how it looks.
//!
//! Development: coloured lines for a person. Production: one JSON object a line with the field names of
//! spec 05 §10.1; every line starts with its message. Fields of an event and of the spans around it (request, job)
//! become fields of the line. Cookies, tokens and words of incidents are never given to the log.

use crate::settings::{LogFormat, LoggingSettings};
use serde_json::Value;
use std::{
    error::Error,
    fmt::{self, Write as _},
    io::IsTerminal,
};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    field::RecordFields,
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

/// Starts the log of this process: to stderr, so that what commands print stays clean. `RUST_LOG` refines the level.
///
/// A second call (tests) changes nothing.
pub fn init(settings: &LoggingSettings) {
    let colours = std::io::stderr().is_terminal();
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
    let layer = match settings.format {
        LogFormat::Pretty => layer.event_format(PrettyLines { colours }).boxed(),
        LogFormat::Json => layer.fmt_fields(JsonFields).event_format(JsonLines).boxed(),
    };
    // One filter for everything: as a filter of the layer alone it loses the event that follows a check of sqlx
    // whether a level is switched on.
    if tracing_subscriber::registry().with(filter(settings.level)).with(layer).try_init().is_ok() {
        log_panics();
    }
}

/// Our own lines and those of SQL at the wished level; the chatter of libraries from INFO on at most.
fn filter(level: LevelFilter) -> EnvFilter {
    let libraries = level.min(LevelFilter::INFO);
    let rules = format!(
        "{libraries},server={level},app={level},domain={level},firefighter={level},sqlx={level},sqlx::postgres::notice=warn"
    );
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(rules))
}

/// A panic is a line of the log like any other failure, with the request or job it happened in.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let said = panic.payload();
        let message = said
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| said.downcast_ref::<String>().map(String::as_str));
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let trace = std::backtrace::Backtrace::capture();
        tracing::error!(
            error.kind = "panic", error.message = message.unwrap_or("unknown"), error.stack = %format!("{place}\n{trace}"),
            "Panic at {place}"
        );
    }));
}

/// The error and everything under it, outermost first, one a line.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let _ = write!(text, "\ncaused by: {source}");
        next = source.source();
    }
    text
}

/// `time LEVEL logger:line message`, then what is worth seeing at a terminal: not the parts of a request, which the
/// message names already.
struct PrettyLines {
    colours: bool,
}

impl<S, N> FormatEvent<S, N> for PrettyLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields { leave_out: &["http.", "duration", "usr."], ..Fields::default() };
        event.record(&mut fields);
        let meta = event.metadata();
        let (level, colour) = match *meta.level() {
            Level::ERROR => ("ERROR", "\x1b[31m"),
            Level::WARN => ("WARN ", "\x1b[33m"),
            Level::INFO => ("INFO ", "\x1b[32m"),
            Level::DEBUG => ("DEBUG", "\x1b[34m"),
            Level::TRACE => ("TRACE", "\x1b[35m"),
        };
        let (colour, dim, end) = if self.colours { (colour, "\x1b[2m", "\x1b[0m") } else { ("", "", "") };

        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        // Of 2026-11-24T06:03:19.875000Z the time of day.
        let time = time.get(11..23).unwrap_or(&time);
        let (logger, line) = (meta.target(), meta.line().unwrap_or_default());
        write!(
            out,
            "{dim}{time}{end} {colour}{level}{end} {dim}{logger}:{line}{end} {}{dim}",
            fields.message
        )?;
        for span in ctx.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(fields) =
                span.extensions().get::<FormattedFields<N>>().filter(|fields| !fields.is_empty())
            {
                write!(out, " {fields}")?;
            }
        }
        for (name, value) in &fields.rest {
            match value.as_str() {
                Some(text) => write!(out, " {name}={text}")?,
                None => write!(out, " {name}={value}")?,
            }
        }
        writeln!(out, "{end}")
    }
}

/// One JSON object a line.
struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let meta = event.metadata();

        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        write!(out, "{{\"message\":{}", Value::from(fields.message.as_str()))?;
        write!(out, ",\"timestamp\":{}", Value::from(timestamp))?;
        write!(out, ",\"status\":\"{}\"", level_name(*meta.level()))?;
        write!(out, ",\"logger.name\":{}", Value::from(meta.target()))?;
        let thread = std::thread::current();
        write!(out, ",\"logger.thread_name\":{}", Value::from(thread.name().unwrap_or_default()))?;
        if let (Some(path), Some(line)) = (meta.file(), meta.line()) {
            write!(out, ",\"logger.path_name\":{},\"logger.lineno\":{line}", Value::from(path))?;
        }
        if let Some(span) = ctx.lookup_current() {
            write!(out, ",\"logger.method_name\":{}", Value::from(span.name()))?;
            for span in span.scope().from_root() {
                if let Some(fields) = span.extensions().get::<FormattedFields<N>>() {
                    out.write_str(fields)?;
                }
            }
        }
        fields.write_json(&mut out)?;
        out.write_str("}\n")
    }
}

/// Fields of a span as `,"name":value` pieces, ready to stand in a line.
struct JsonFields;

impl<'writer> FormatFields<'writer> for JsonFields {
    fn format_fields<R: RecordFields>(&self, mut out: Writer<'writer>, recorded: R) -> fmt::Result {
        let mut fields = Fields::default();
        recorded.record(&mut fields);
        fields.write_json(&mut out)
    }
}

/// The names that existing log monitors know.
fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        Level::DEBUG | Level::TRACE => "DEBUG",
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    rest: Vec<(String, Value)>,
    /// Fields whose names begin so are not taken.
    leave_out: &'static [&'static str],
}

impl Fields {
    fn put(&mut self, name: &str, value: Value) {
        if self.leave_out.iter().any(|front| name.starts_with(front)) || value.is_null() {
            return;
        }
        self.rest.push((name.to_owned(), value));
    }

    /// `,"name":value` for each field but the message.
    fn write_json(&self, out: &mut Writer<'_>) -> fmt::Result {
        self.rest.iter().try_for_each(|(name, value)| write!(out, ",{}:{value}", Value::from(name.as_str())))
    }

    fn put_text(&mut self, field: &Field, text: String) {
        match field.name() {
            "message" => self.message = text,
            "error" => self.put_error(&text, &text),
            name => self.put(name, Value::from(text)),
        }
    }

    /// Split as monitors expect it: the whole, its last line, what stands before its first colon.
    fn put_error(&mut self, message: &str, stack: &str) {
        let kind = message.split(':').next().unwrap_or_default();
        self.put("error.stack", Value::from(stack));
        self.put("error.message", Value::from(stack.lines().last().unwrap_or_default()));
        self.put("error.kind", Value::from(kind));
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field, value.to_owned());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), Value::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), Value::from(value));
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.put(
            field.name(),
            u64::try_from(value).map_or_else(|_| Value::from(value.to_string()), Value::from),
        );
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), Value::from(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        match field.name() {
            "error" => self.put_error(&value.to_string(), &chain(value)),
            name => self.put(name, Value::from(chain(value))),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put_text(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("one thread").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(what: impl FnOnce()) -> String {
        let lines = Lines::default();
        let sink = lines.clone();
        let layer = tracing_subscriber::fmt::layer().with_writer(move || sink.clone());
        let layer = layer.fmt_fields(JsonFields).event_format(JsonLines);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), what);
        let bytes = lines.0.lock().expect("one thread").clone();
        String::from_utf8(bytes).expect("text")
    }

    // CFG-051
    #[test]
    fn a_line_is_one_json_object_that_starts_with_the_message() {
        let text = logged(|| {
            let span = tracing::info_span!("request", request.id = "7Q3F-K2M9");
            let _entered = span.enter();
            tracing::warn!(duration = 12_u64, http.method = "GET", "Said \"twice\"");
        });
        assert!(text.starts_with("{\"message\":\"Said \\\"twice\\\"\",\"timestamp\":\""), "{text}");
        assert_eq!(text.lines().count(), 1);
        let line: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(line["status"], "WARNING");
        assert_eq!(line["logger.name"], "server::telemetry::tests");
        assert_eq!((&line["duration"], &line["http.method"]), (&Value::from(12), &Value::from("GET")));
        assert_eq!(
            (&line["request.id"], &line["logger.method_name"]),
            (&"7Q3F-K2M9".into(), &"request".into())
        );
        for name in ["logger.thread_name", "logger.path_name", "logger.lineno"] {
            assert!(!line[name].is_null(), "{name}");
        }
    }

    // CFG-053
    #[test]
    fn an_error_is_split_into_stack_message_and_kind() {
        let text = logged(|| {
            let source = io::Error::other("no route to host");
            let error = sqlx::Error::Io(source);
            tracing::error!(error = &error as &dyn Error, "Failed");
        });
        let line: Value = serde_json::from_str(&text).expect("JSON");
        assert!(
            line["error.stack"].as_str().is_some_and(|stack| stack.contains("caused by: no route to host"))
        );
        assert_eq!(line["error.message"], "caused by: no route to host");
        assert!(line["error.kind"].as_str().is_some_and(|kind| !kind.contains(':')));
    }
}
