//! How single values are written, the same in the file, in a variable and behind a flag.

use std::{
    fmt,
    marker::PhantomData,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use quorate_core::types::{Network, NodeName};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::LogFormat;

/// A value that can be read from text and written as text.
pub(super) trait Value: Sized {
    /// What is expected, for people.
    const WHAT: &'static str;
    /// Whether the file holds it as a number rather than as a string.
    const NUMBER: bool = false;

    /// Reads it.
    fn read(text: &str) -> Result<Self, String>;

    /// Writes it so that `read` gives it back.
    fn show(&self) -> String;
}

/// A value as it stands in the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Text<T>(pub(super) T);

impl<T: Value> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let text = self.0.show();
        match text.parse::<u64>() {
            Ok(number) if T::NUMBER => to.serialize_u64(number),
            _ => to.serialize_str(&text),
        }
    }
}

impl<'de, T: Value> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader(PhantomData)).map(Text)
    }
}

struct Reader<T>(PhantomData<T>);

impl<T: Value> de::Visitor<'_> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WHAT)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        if T::NUMBER {
            return Err(E::invalid_type(de::Unexpected::Str(text), &self));
        }
        T::read(text).map_err(|why| E::custom(format!("{text:?} is not {}: {why}", T::WHAT)))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        if !T::NUMBER {
            return Err(E::invalid_type(de::Unexpected::Signed(number), &self));
        }
        T::read(&number.to_string()).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))
    }
}

impl Value for String {
    const WHAT: &'static str = "a text";

    fn read(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl Value for PathBuf {
    const WHAT: &'static str = "a path";

    fn read(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }

    fn show(&self) -> String {
        self.to_string_lossy().into_owned()
    }
}

impl Value for Duration {
    const WHAT: &'static str = "a duration such as \"100ms\", \"1s\" or \"2m\"";

    fn read(text: &str) -> Result<Self, String> {
        humantime::parse_duration(text).map_err(|why| why.to_string())
    }

    fn show(&self) -> String {
        humantime::format_duration(*self).to_string()
    }
}

impl Value for usize {
    const WHAT: &'static str = "a whole number from 0";
    const NUMBER: bool = true;

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "only digits are allowed".into())
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for bool {
    const WHAT: &'static str = "\"on\" or \"off\"";

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err("there is nothing else".into()),
        }
    }

    fn show(&self) -> String {
        if *self { "on" } else { "off" }.into()
    }
}

impl Value for SocketAddr {
    const WHAT: &'static str = "an IP address with a port, such as \"10.0.0.1:7501\" or \"[::]:7501\"";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "host names cannot be listened on".into())
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// An address, or `off`.
impl Value for Option<SocketAddr> {
    const WHAT: &'static str = "an IP address with a port, such as \"127.0.0.1:7601\", or \"off\"";

    fn read(text: &str) -> Result<Self, String> {
        if text == "off" { Ok(None) } else { SocketAddr::read(text).map(Some) }
    }

    fn show(&self) -> String {
        self.map_or_else(|| "off".into(), |address| address.to_string())
    }
}

impl Value for IpAddr {
    const WHAT: &'static str = "an IP address";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "give an address of the interface, not its name".into())
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for NodeName {
    const WHAT: &'static str = "a name of 1 to 63 characters of a-z, 0-9, '-' and '.'";

    fn read(text: &str) -> Result<Self, String> {
        Self::new(text).map_err(|_| "it must begin and end with a letter or digit".into())
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for Network {
    const WHAT: &'static str = NodeName::WHAT;

    fn read(text: &str) -> Result<Self, String> {
        Self::new(text).map_err(|_| "it must begin and end with a letter or digit".into())
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for LogFormat {
    const WHAT: &'static str = "\"text\" or \"json\"";

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("there is no other format".into()),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Text => "text".into(),
            Self::Json => "json".into(),
        }
    }
}
