using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using AepsychGrpc.V1;

namespace AepsychGrpc.Conformance
{
    /// <summary>Ends, failures and restarts.</summary>
    internal sealed partial class Behaviours
    {
        private async Task NotFound()
        {
            AepsychException error = await Must.Fail(() => client.OpenAsync("no-such-experiment"), StatusCode.NotFound);
            Must.Equal(error.Reason, ErrorReason.ExperimentNotFound);
            Must.Equal(error.Metadata["experiment_id"], "no-such-experiment");
        }

        private async Task Finish()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            Trial trial = await experiment.AskAsync();
            Must.Equal((await experiment.FinishAsync("participant tired")).State, ExperimentState.Finished);
            Must.Hold(await experiment.AskAsync() == null);
            var ask = new AskRequest { ExperimentId = experiment.ExperimentId };
            AepsychException error = await Must.Fail(() => client.Service.AskAsync(ask), StatusCode.FailedPrecondition);
            Must.Equal(error.Reason, ErrorReason.ExperimentFinished);
            Must.Hold(await experiment.TellAndAskAsync(trial, true) == null);
            var retract = new ReviseTrialRequest { ExperimentId = experiment.ExperimentId, TrialId = 1, Reason = "a noise" };
            Must.Equal((await client.Service.ReviseTrialAsync(retract)).Trial.State, TrialState.Retracted);
            await Replayed(experiment);
        }

        /// <summary>A stream of answers, from the first to the last.</summary>
        private async Task Replayed(ExperimentSession experiment)
        {
            var events = new List<ReplayResponse>();
            await client.Service.ReplayAsync(new ReplayRequest { ExperimentId = experiment.ExperimentId }, events.Add);
            Must.Equal(events.Count, events[0].EventCount);
            Must.Hold(events.Select((item, i) => item.Event.Sequence == i + 1).All(right => right));
            Must.Hold(events.Any(item => item.Agreement == ReplayAgreement.Same));
            var unknown = new ReplayRequest { ExperimentId = "no-such-experiment" };
            await Must.Fail(() => client.Service.ReplayAsync(unknown, events.Add), StatusCode.NotFound);
        }

        private async Task Reconnect()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            Trial before = await experiment.AskAsync();
            await experiment.TellAsync(before, true);
            Trial pending = await experiment.AskAsync();
            Console.WriteLine("restart");
            Console.ReadLine();
            Must.Hold((await experiment.TellAsync(before, true)).Receipts[0].Duplicate);
            Must.Equal((await experiment.PendingAsync()).Single(), pending);
            await experiment.TellAsync(pending, false);
            ExperimentSession opened = await client.OpenAsync(experiment.ExperimentId);
            Must.Equal((await opened.AskAsync()).TrialId, 3);
            Must.Equal((await opened.StateAsync()).ToldCount, 2);
        }

        private async Task Deadline()
        {
            ExperimentSession experiment = await client.SetupAsync(Studies.YesNo());
            var ask = new AskRequest { ExperimentId = experiment.ExperimentId, RequestId = Ids.New() };
            await Must.Fail(
                () => client.Service.AskAsync(ask, TimeSpan.FromTicks(1)), StatusCode.DeadlineExceeded);
            Must.Equal((await client.Service.AskAsync(ask)).Trials.Single().TrialId, 1);
            Must.Equal((await experiment.StateAsync()).AskedCount, 1);
            var silent = new TcpListener(IPAddress.Loopback, 0);
            silent.Start();
            ClientOptions options = optionsOfRunner();
            options.Timeout = TimeSpan.FromMilliseconds(300);
            using (var waiting = new AepsychClient("http://127.0.0.1:" + ((IPEndPoint)silent.LocalEndpoint).Port, options))
            {
                await Must.Fail(
                    () => waiting.Service.GetServerInfoAsync(new GetServerInfoRequest()), StatusCode.DeadlineExceeded);
            }
            silent.Stop();
        }
    }
}
