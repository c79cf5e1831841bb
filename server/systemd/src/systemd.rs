//! systemd over the system bus: the few calls that are needed, and what it tells.

use std::time::Duration;

use tokio::time::timeout;
use tokio_stream::StreamExt as _;
use zbus::{
    Connection, DynamicType, Error, MatchRule, MessageStream, OwnedObjectPath,
    connection::Builder,
    fdo,
    message::{Body, Type},
};

use crate::{
    failure::Failure,
    state::{Outcome, Properties, State},
};

const NAME: &str = "org.freedesktop.systemd1";
const PATH: &str = "/org/freedesktop/systemd1";
const MANAGER: &str = "org.freedesktop.systemd1.Manager";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// Where the system bus is, unless `DBUS_SYSTEM_BUS_ADDRESS` says something else.
const ADDRESS: &str = "unix:path=/var/run/dbus/system_bus_socket";
/// How long bus and systemd may take to answer.
pub(crate) const ANSWER: Duration = Duration::from_secs(5);
/// How often it is looked whether a job is still there, in case its end was not told: systemd may have executed itself anew.
const LOOK: Duration = Duration::from_secs(1);

/// systemd.
pub(crate) struct Systemd {
    bus: Connection,
}

/// A unit that systemd has loaded.
pub(crate) struct Unit<'a> {
    systemd: &'a Systemd,
    name: &'a str,
    path: OwnedObjectPath,
}

/// Jobs that are over, from when this was made on.
pub(crate) struct Jobs(MessageStream);

/// Changes of a unit, from when this was made on.
pub(crate) struct Changes(MessageStream);

impl Systemd {
    pub(crate) async fn connect() -> Result<Self, Failure> {
        let no_bus = |why: String| {
            let address = std::env::var("DBUS_SYSTEM_BUS_ADDRESS").unwrap_or_else(|_| ADDRESS.to_owned());
            Failure::NoBus { address, why }
        };
        match timeout(ANSWER, Builder::system().method_timeout(ANSWER).build()).await {
            Ok(Ok(bus)) => Ok(Self { bus }),
            // The address is there already.
            Ok(Err(Error::Connection(why, _))) => Err(no_bus(why.to_string())),
            Ok(Err(why)) => Err(no_bus(why.to_string())),
            Err(_) => Err(no_bus("it does not answer".to_owned())),
        }
    }

    /// The unit of this name, loaded if need be.
    pub(crate) async fn load<'a>(&'a self, name: &'a str) -> Result<Unit<'a>, Failure> {
        let answer = self.call(PATH, MANAGER, "LoadUnit", &name).await.map_err(refused("LoadUnit"))?;
        Ok(Unit { systemd: self, name, path: read(&answer, "LoadUnit")? })
    }

    /// Has systemd tell of jobs and changes.
    pub(crate) async fn subscribe(&self) -> Result<(), Failure> {
        self.call(PATH, MANAGER, "Subscribe", &()).await.map(drop).map_err(refused("Subscribe"))
    }

    pub(crate) async fn jobs(&self) -> Result<Jobs, Failure> {
        self.signals(PATH, MANAGER, "JobRemoved").await.map(Jobs)
    }

    async fn signals(&self, path: &str, interface: &str, member: &str) -> Result<MessageStream, Failure> {
        let rule = async {
            let rule = MatchRule::builder().msg_type(Type::Signal).sender(NAME);
            let rule = rule.path(path).interface(interface).member(member).build()?;
            MessageStream::for_match_rule(rule, &self.bus, None).await
        };
        rule.await.map_err(refused("AddMatch"))
    }

    async fn call<B>(&self, path: &str, interface: &str, method: &str, body: &B) -> Result<Body, Error>
    where
        B: serde::Serialize + DynamicType,
    {
        Ok(self.bus.call_method(Some(NAME), path, Some(interface), method, body).await?.body())
    }

    async fn properties(&self, path: &str, interface: &str) -> Result<Properties, Failure> {
        let answer = self.call(path, PROPERTIES, "GetAll", &interface).await.map_err(refused("GetAll"))?;
        read(&answer, "GetAll")
    }
}

impl Unit<'_> {
    pub(crate) async fn state(&self) -> Result<State, Failure> {
        let properties = self.systemd.properties(&self.path, "org.freedesktop.systemd1.Unit").await?;
        Ok(State::of(&properties))
    }

    /// How its last run ended, as far as its type knows that.
    pub(crate) async fn outcome(&self) -> Outcome {
        let kind = self.name.rsplit_once('.').map_or("", |(_, kind)| kind);
        let (first, rest) = kind.split_at(kind.len().min(1));
        let interface = format!("org.freedesktop.systemd1.{}{rest}", first.to_uppercase());
        let properties = self.systemd.properties(&self.path, &interface).await;
        properties.map(|properties| Outcome::of(&properties)).unwrap_or_default()
    }

    pub(crate) async fn changes(&self) -> Result<Changes, Failure> {
        self.systemd.signals(&self.path, PROPERTIES, "PropertiesChanged").await.map(Changes)
    }

    /// Forgets that it failed, and how often it was started.
    pub(crate) async fn reset_failed(&self) {
        // Not every unit has something to be forgotten.
        let _ = self.systemd.call(PATH, MANAGER, "ResetFailedUnit", &self.name).await;
    }

    /// Begins to start it.
    pub(crate) async fn start(&self) -> Result<OwnedObjectPath, Failure> {
        self.job("StartUnit").await
    }

    /// Begins to stop it.
    pub(crate) async fn stop(&self) -> Result<OwnedObjectPath, Failure> {
        self.job("StopUnit").await
    }

    async fn job(&self, method: &'static str) -> Result<OwnedObjectPath, Failure> {
        let answer = self.systemd.call(PATH, MANAGER, method, &(self.name, "replace")).await;
        read(&answer.map_err(refused(method))?, method)
    }

    /// Kills all its processes.
    pub(crate) async fn kill(&self) {
        // Whether it had an effect is seen by what is left; that there is no process is an error to systemd.
        let _ = self.systemd.call(PATH, MANAGER, "KillUnit", &(self.name, "all", 9_i32)).await;
    }
}

impl Jobs {
    /// Waits until a job is over, and returns how it ended; nothing when that was not told.
    pub(crate) async fn end_of(&mut self, systemd: &Systemd, job: &OwnedObjectPath) -> Result<Option<String>, Failure> {
        loop {
            match timeout(LOOK, self.0.next()).await {
                Ok(Some(Ok(message))) => {
                    let body = message.body();
                    let read: Result<(u32, OwnedObjectPath, String, String), _> = body.deserialize();
                    if let Ok((_, over, _, result)) = read
                        && over == *job
                    {
                        return Ok(Some(result));
                    }
                }
                Ok(Some(Err(_)) | None) => return Err(Failure::Lost),
                Err(_) => {
                    let body = &("org.freedesktop.systemd1.Job", "State");
                    if let Err(Error::FDO(why)) = systemd.call(job, PROPERTIES, "Get", body).await
                        && matches!(*why, fdo::Error::UnknownObject(_))
                    {
                        return Ok(None);
                    }
                }
            }
        }
    }
}

impl Changes {
    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> Result<(), Failure> {
        match self.0.next().await {
            Some(Ok(_)) => Ok(()),
            Some(Err(_)) | None => Err(Failure::Lost),
        }
    }
}

fn refused(what: &'static str) -> impl Fn(Error) -> Failure {
    move |why| Failure::Refused { what, why }
}

fn read<T>(body: &Body, what: &'static str) -> Result<T, Failure>
where
    T: for<'a> zbus::wire::DynamicDeserialize<'a>,
{
    body.deserialize().map_err(refused(what))
}
