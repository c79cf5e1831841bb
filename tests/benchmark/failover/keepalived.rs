//! keepalived with its defaults: VRRP, an advertisement each second. A web server runs on each node all the time.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

use quorate_tests::{
    Lab,
    failover::{ADDRESS, Fault, PORT, program},
};

use super::{Holder, NODES, Round, Watch, number};

/// What it must be told, and nothing that changes a default.
fn configuration() -> String {
    format!(
        "vrrp_instance example {{\n  state BACKUP\n  interface eth0\n  virtual_router_id 51\n  \
         virtual_ipaddress {{\n    {ADDRESS}\n  }}\n}}\n"
    )
}

/// Daemons and web servers; all end when this is dropped.
struct Daemons {
    lab: Lab,
    children: Vec<Child>,
}

/// A round.
///
/// # Errors
/// When the daemons cannot be started.
pub(super) async fn round(fault: Fault) -> Result<Round, String> {
    let folder = tempfile::tempdir().map_err(|why| why.to_string())?;
    let daemons = Daemons::start(folder.path())?;
    let lab = &daemons.lab;
    let watch = Watch::start(lab).await;
    let node = number(&watch.old);
    match fault {
        Fault::AgentKilled => lab.kill_program(node, "keepalived"),
        Fault::Cut => lab.cut_off(node),
        _ => lab.kill_all(node),
    }
    Ok(watch.end(Holder::Keepalived, fault).await)
}

impl Daemons {
    fn start(folder: &Path) -> Result<Self, String> {
        let config = folder.join("keepalived.conf");
        fs::write(&config, configuration()).map_err(|why| why.to_string())?;
        let mut daemons = Self { lab: Lab::new(NODES + 1, 1), children: Vec::new() };
        for node in 1..=NODES {
            let mut web = daemons.command(node);
            web.args(program(&["web.py", "0.0.0.0", &PORT.to_string()])).env("QUORATE_NODE", format!("n{node}"));
            daemons.spawn(web)?;
            let mut daemon = daemons.command(node);
            let file = |what: &str| folder.join(format!("{what}.{node}"));
            daemon.args(["keepalived", "--vrrp", "--dont-fork", "--log-console", "--use-file"]).arg(&config);
            daemon.arg("--pid").arg(file("pid")).arg("--vrrp_pid").arg(file("vrrp"));
            daemons.spawn(daemon)?;
        }
        Ok(daemons)
    }

    /// Ends with this process, however that ends.
    fn command(&self, node: usize) -> Command {
        let mut command = self.lab.command(node, "setpriv");
        command.args(["--pdeathsig", "KILL"]);
        command
    }

    fn spawn(&mut self, mut command: Command) -> Result<(), String> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.children.push(command.spawn().map_err(|why| format!("{command:?} cannot be started: {why}"))?);
        Ok(())
    }
}

impl Drop for Daemons {
    /// All are gone before their namespaces are; with the daemons those that they have started.
    fn drop(&mut self) {
        (1..=NODES).for_each(|node| self.lab.kill_all(node));
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
