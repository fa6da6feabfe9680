#include "aepsych_grpc/trial.hpp"

#include "aepsych_grpc/client.hpp"
#include "local_error.hpp"

namespace aepsych {

namespace {

Error several(const Trial& trial) {
  return invalid_argument("stimuli", "Trial " + std::to_string(trial.trial_id) + " has " +
                                         std::to_string(trial.stimuli.size()) + " stimuli; use `stimuli`.");
}

}  // namespace

Result<double> Trial::number(std::string_view parameter) const {
  if (stimuli.size() != 1) return several(*this);
  return stimuli[0].number(parameter);
}

Result<std::string> Trial::text(std::string_view parameter) const {
  if (stimuli.size() != 1) return several(*this);
  return stimuli[0].text(parameter);
}

Result<bool> Trial::flag(std::string_view parameter) const {
  if (stimuli.size() != 1) return several(*this);
  return stimuli[0].flag(parameter);
}

Observation::Observation(std::vector<Values> shown, Answer answer)
    : observation_id(new_id()), stimuli(std::move(shown)), outcomes(std::move(answer.outcomes)) {}

}  // namespace aepsych
