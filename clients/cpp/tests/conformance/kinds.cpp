// Experiments of other kinds than one yes/no outcome.
#include "behaviours.hpp"

namespace conformance {

std::string pairwise(const Client& client) {
  Study study;
  study.parameter(Parameter::continuous("roughness", 0, 1))
      .outcome(Outcome::choice("rougher"))
      .stimuli_per_trial(2)
      .strategy(Strategy().generator("sobol").min_asks(5));
  const auto experiment = client.setup(study);
  MUST_SUCCEED(experiment);
  const auto trial = experiment->ask();
  MUST_SUCCEED(trial);
  MUST(trial->stimuli.size() == 2 && trial->stimuli[0] != trial->stimuli[1]);
  MUST(!trial->number("roughness"));
  MUST_SUCCEED(experiment->tell(*trial, 1));
  MUST(*experiment->trials()->front().outcomes.number("rougher") == 1);
  return "";
}

std::string unicode(const Client& client) {
  Study study("Größe und 色");
  study.parameter(Parameter::continuous("Größe", 0, 1))
      .parameter(Parameter::categorical("色", {"赤", "blau \"grün\""}))
      .outcome(Outcome::binary("gesehen?"))
      .strategy(Strategy().generator("sobol").min_asks(5));
  SetupOptions options;
  options.participant_id = "Zoë";
  const auto experiment = client.setup(study, options);
  MUST_SUCCEED(experiment);
  MUST(experiment->state()->name == "Größe und 色" && experiment->state()->participant_id == "Zoë");
  MUST(experiment->parameters() == (std::vector<std::string>{"Größe", "色"}));
  AskOptions fixed;
  fixed.fixed_parameters = {{"色", "blau \"grün\""}};
  const auto trial = experiment->ask(fixed);
  MUST_SUCCEED(trial);
  MUST(*trial->text("色") == "blau \"grün\"");
  Observation observation({{"Größe", 0.5}, {"色", "赤"}}, 1);
  observation.metadata = to_json({{"メモ", "ñ"}});
  MUST_SUCCEED(experiment->tell(observation));
  const auto trials = experiment->trials();
  MUST_SUCCEED(trials);
  MUST(*trials->back().text("色") == "赤" && *trials->back().outcomes.number("gesehen?") == 1);
  MUST(trials->back().metadata.find("ñ") != std::string::npos);
  const auto latin1 = experiment->finish("m\xfc" "de");
  MUST(!latin1 && latin1.error().code == Code::invalid_argument && latin1.error().violations[0].path == "reason");
  return "";
}

std::string several_outcomes(const Client& client) {
  Study study;
  study.parameter(Parameter::continuous("level", 0, 30))
      .outcome(Outcome::binary("heard"))
      .outcome(Outcome::ordinal("sure", 4))
      .outcome(Outcome::continuous("pupil"))
      .strategy(Strategy().generator("sobol").min_asks(5));
  const auto experiment = client.setup(study);
  MUST_SUCCEED(experiment);
  const auto trial = experiment->ask();
  MUST_SUCCEED(trial);
  const auto single = experiment->tell(*trial, 1);
  MUST(!single && single.error().code == Code::invalid_argument);
  MUST_SUCCEED(experiment->tell(*trial, {{"heard", 1}, {"sure", 3}, {"pupil", 2.5}}));
  const Values outcomes = experiment->trials()->front().outcomes;
  MUST(outcomes == (Values{{"heard", 1}, {"sure", 3}, {"pupil", 2.5}}));
  return "";
}

}  // namespace conformance
