using System.Linq;
using System.Threading.Tasks;
using AepsychGrpc.V1;

namespace AepsychGrpc.Conformance
{
    /// <summary>The server, and setting up.</summary>
    internal sealed partial class Behaviours
    {
        private async Task ServerInfo()
        {
            GetServerInfoResponse info = await client.Service.GetServerInfoAsync(new GetServerInfoRequest());
            Must.Hold(info.Version.Length > 0);
            Must.Hold(info.Limits.MaxObservationsPerTell >= 500);
            Must.Hold(info.Models.Any(model => model.Name == "gp_classification"));
        }

        private async Task Setup()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo(), "p01");
            Must.Hold(experiment.ExperimentId.Length > 0);
            Must.Equal(experiment.Config.Name, "conformance");
            Must.Equal(experiment.Config.Outcomes.Single().Name, "response");
            Must.Equal(string.Join(",", experiment.Config.Parameters.Select(item => item.Name)), "contrast,frequency");
            V1.Experiment state = await experiment.StateAsync();
            Must.Equal(state.ParticipantId, "p01");
            Must.Equal(state.State, ExperimentState.Running);
        }

        private async Task SetupTwice()
        {
            var request = new SetupRequest { Config = Studies.YesNo(), RequestId = Ids.New() };
            SetupResponse first = await client.Service.SetupAsync(request);
            SetupResponse again = await client.Service.SetupAsync(request);
            Must.Equal(again.ExperimentId, first.ExperimentId);
            Must.Hold(!first.Duplicate && again.Duplicate);
            request.ParticipantId = "another";
            AepsychException reused = await Must.Fail(() => client.Service.SetupAsync(request), StatusCode.AlreadyExists);
            Must.Equal(reused.Reason, ErrorReason.RequestIdReused);
            request.RequestId = "";
            SetupResponse other = await client.Service.SetupAsync(request);
            SetupResponse yetAnother = await client.Service.SetupAsync(request);
            Must.Hold(other.ExperimentId != yetAnother.ExperimentId, "a request without id is a new one each time");
            Must.Equal(request.RequestId, "");
        }

        private async Task SetupRefused()
        {
            ExperimentConfig config = Studies.YesNo();
            config.Parameters[0].Continuous.LowerBound = -1;
            config.Parameters[1].Continuous.UpperBound = 0.25;
            config.IntensityParameter = "contrst";
            AepsychException error = await Must.Fail(() => client.SetupAsync(config), StatusCode.InvalidArgument);
            Must.Equal(error.Reason, ErrorReason.InvalidConfig);
            string fields = string.Join(" ", error.Violations.Select(violation => violation.Field));
            Must.Hold(error.Violations.Count >= 3, fields);
            Must.Hold(fields.Contains("config.parameters[0].continuous.lower_bound"), fields);
            Must.Hold(fields.Contains("config.parameters[1].continuous.upper_bound"), fields);
            Must.Hold(error.Violations.Any(item => item.Description.Contains("contrast")), "the nearest name");
            Must.Hold(error.IsRefusal);
        }
    }
}
