//! `provisioner doctor`

use crate::doctor::{self, Check, Subject, Verdict};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::interrupt::Interruptible;
use crate::json;
use crate::report::doctor_line;
use crate::session::Session;

pub(super) async fn run(session: &Session<'_>) -> Result<ExitCode, Failure> {
    let (global, screen) = (session.global, session.screen);
    let mut checks = Vec::new();
    let mut tell = |subject, verdict| {
        let check = Check { subject, verdict };
        if !screen.json {
            screen.out(&doctor_line(&check));
        }
        checks.push(check);
    };
    let config = session.config();
    tell(Subject::Configuration, doctor::configuration(&config, global));
    let looked = async {
        let python = doctor::python(global).await;
        let function = match &config {
            Ok(config) => {
                let (near, target) = session.artifact(config.function.architecture).await;
                doctor::function(near.as_deref(), target, global).await
            }
            Err(_) => Verdict::Skipped("needs a configuration without errors".to_owned()),
        };
        Ok::<_, Failure>((python, function))
    };
    let (python, function) = session.interrupt.or(looked).await?;
    tell(Subject::Python, python);
    tell(Subject::Function, function);
    if config.is_ok() {
        let answers = match session.connect().await {
            Ok(connected) => {
                let asked = async { Ok::<_, Failure>(doctor::connected(&connected, global).await) };
                session.interrupt.or(asked).await?
            }
            Err(Failure::Interrupted(interrupted)) => return Err(interrupted.into()),
            Err(failure) => doctor::unconnected(&failure, global),
        };
        for Check { subject, verdict } in answers {
            tell(subject, verdict);
        }
    }
    let is_ill = checks.iter().any(|check| matches!(check.verdict, Verdict::Problem { .. }));
    if screen.json {
        screen.document(&json::Examined::of(&checks));
    }
    Ok(if is_ill { ExitCode::Failed } else { ExitCode::Ok })
}
