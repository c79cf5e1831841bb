//! What a single value of a definition can be.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use bytesize::ByteSize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A span of time, as in "500ms" or "1m 30s".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&humantime::format_duration(self.0))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(SpanVisitor).map(Self)
    }
}

struct SpanVisitor;

impl Visitor<'_> for SpanVisitor {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration, as in \"500ms\" or \"10s\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        let parsed = humantime::parse_duration(text);
        parsed.map_err(|_| E::custom(format!("{text:?} is no duration, as in \"500ms\" or \"10s\"")))
    }
}

/// A number of bytes: 1048576, or as in "1MiB".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes(pub u64);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        for (unit, name) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] {
            if self.0 >= unit && self.0.is_multiple_of(unit) {
                return serializer.collect_str(&format_args!("{}{name}", self.0 / unit));
            }
        }
        serializer.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;

        impl Visitor<'_> for V {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of bytes, as in 1048576 or \"1MiB\"")
            }

            fn visit_i64<E: Error>(self, bytes: i64) -> Result<Bytes, E> {
                u64::try_from(bytes).map(Bytes).map_err(|_| E::custom("a number of bytes cannot be negative"))
            }

            fn visit_u64<E: Error>(self, bytes: u64) -> Result<Bytes, E> {
                Ok(Bytes(bytes))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
                let size = text.parse::<ByteSize>().map(|size| Bytes(size.as_u64()));
                size.map_err(|_| E::custom(format!("{text:?} is no number of bytes, as in 1048576 or \"1MiB\"")))
            }
        }

        deserializer.deserialize_any(V)
    }
}

/// Yes, or more about it.
#[derive(Debug, Clone, PartialEq)]
pub enum FlagOr<T> {
    /// Just that, or not.
    Flag(bool),
    /// More about it.
    Table(T),
}

impl<T: Serialize> Serialize for FlagOr<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Table(table) => table.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for FlagOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for V<T> {
            type Value = FlagOr<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or a table")
            }

            fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
                Ok(FlagOr::Flag(flag))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(FlagOr::Table)
            }
        }

        deserializer.deserialize_any(V(PhantomData))
    }
}

/// True, or how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagOrSpan {
    /// Just that, or not.
    Flag(bool),
    /// So long.
    Span(Span),
}

impl Serialize for FlagOrSpan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Span(span) => span.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for FlagOrSpan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;

        impl Visitor<'_> for V {
            type Value = FlagOrSpan;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or a duration, as in \"5s\"")
            }

            fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
                Ok(FlagOrSpan::Flag(flag))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                SpanVisitor.visit_str(text).map(|span| FlagOrSpan::Span(Span(span)))
            }
        }

        deserializer.deserialize_any(V)
    }
}

/// What a table comes down to when only the most important of it is said.
pub trait Short: Sized {
    /// What a text is for it.
    const EXPECTED: &'static str;

    /// The table for a text; none when the text means nothing.
    fn of_text(text: &str) -> Option<Self>;

    /// The text, when that is all there is to say.
    fn as_text(&self) -> Option<&str>;
}

/// Something that is a text when nothing more is to be said, else a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TextOr<T>(pub T);

impl<T: Serialize + Short> Serialize for TextOr<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_text() {
            Some(text) => serializer.serialize_str(text),
            None => self.0.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de> + Short> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + Short> Visitor<'de> for V<T> {
            type Value = TextOr<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} or a table", T::EXPECTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                let read = T::of_text(text).map(TextOr);
                read.ok_or_else(|| E::custom(format!("{text:?} means nothing here: give {} or a table", T::EXPECTED)))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(TextOr)
            }
        }

        deserializer.deserialize_any(V(PhantomData))
    }
}
