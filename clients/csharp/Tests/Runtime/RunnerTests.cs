using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using AepsychGrpc.V1;
using NUnit.Framework;

namespace AepsychGrpc.Tests
{
    public class RunnerTests
    {
        private FakeExperiment server;
        private AepsychClient client;
        private ExperimentSession experiment;
        private List<int> shown;
        private string folder;

        [SetUp]
        public void SetUp()
        {
            server = new FakeExperiment(trials: 5);
            shown = new List<int>();
            folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            Directory.CreateDirectory(folder);
            Open(null);
        }

        [TearDown]
        public void TearDown()
        {
            client.Dispose();
            Directory.Delete(folder, true);
        }

        [Test]
        public void EveryTrialIsShownAndToldOnce()
        {
            Runner().RunAsync().GetAwaiter().GetResult();
            Assert.That(shown, Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
            Assert.That(server.Told, Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
            Assert.That(server.AskCalls, Is.EqualTo(2)); // the first and, in vain, the last: the others come with the acknowledgements
        }

        [Test]
        public void AnInterruptedExperimentGoesOnWithItsPendingTrial()
        {
            var source = new CancellationTokenSource();
            ExperimentRunner first = Runner();
            first.TrialStarting += trial =>
            {
                if (trial.TrialId == 3)
                {
                    source.Cancel();
                }
            };
            Assert.That(() => first.RunAsync(source.Token).GetAwaiter().GetResult(), Throws.InstanceOf<OperationCanceledException>());
            Runner().RunAsync().GetAwaiter().GetResult();
            Assert.That(server.Told, Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
        }

        [Test]
        public void AMissingServerIsWaitedForAndNothingIsLostOrTwice([Values(false, true)] bool journal)
        {
            Open(journal ? Path.Combine(folder, "journal") : null);
            server.Failures = call => call % 2 == 0; // every second call fails, after it took effect
            ExperimentRunner runner = Runner();
            int missing = 0;
            runner.ServerMissing += (error, pause) => missing++;
            runner.RunAsync().GetAwaiter().GetResult();
            Assert.That(shown, Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
            Assert.That(server.Told, Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
            Assert.That(missing, Is.GreaterThan(3));
            Assert.That(client.Waiting, Is.Empty);
        }

        [Test]
        public void WhatTheServerRefusesEndsTheRun()
        {
            server.Refusal = new AepsychException(StatusCode.InvalidArgument, "no such outcome");
            Assert.That(Assert.Throws<AepsychException>(() => Runner().RunAsync().GetAwaiter().GetResult()), Is.SameAs(server.Refusal));
        }

        [Test]
        public void NoTrialIsShownWhileItIsPaused()
        {
            ExperimentRunner runner = Runner();
            runner.TrialTold += (trial, answer) =>
            {
                if (trial.TrialId == 2)
                {
                    runner.Pause();
                }
            };
            Task run = runner.RunAsync();
            Assert.That(run.Wait(100), Is.False);
            Assert.That(shown, Is.EqualTo(new[] { 1, 2 }));
            Assert.That(runner.IsPaused, Is.True);
            runner.Resume();
            run.GetAwaiter().GetResult();
            Assert.That(shown.Count, Is.EqualTo(5));
        }

        [Test]
        public void APausedRunCanBeCancelled()
        {
            ExperimentRunner runner = Runner();
            runner.Pause();
            using (var source = new CancellationTokenSource(20))
            {
                Assert.That(() => runner.RunAsync(source.Token).GetAwaiter().GetResult(), Throws.InstanceOf<OperationCanceledException>());
            }
        }

        [Test]
        public void TheTableHasARowForEachResponse()
        {
            string path = Path.Combine(folder, "p01.csv");
            using (var table = new TrialTable(path, experiment))
            {
                ExperimentRunner runner = Runner();
                runner.TrialTold += table.Add;
                runner.RunAsync().GetAwaiter().GetResult();
            }
            string[] lines = File.ReadAllLines(path);
            Assert.That(lines.Length, Is.EqualTo(6));
            Assert.That(lines[0], Is.EqualTo(
                "experiment_id,trial_id,contrast,\"shape, of it\",response,response_time,source,strategy,exclude_from_model,tell_time"));
            Assert.That(lines[2], Is.StringStarting("e1,2,0.5,\"a \"\"square\"\"\",1,0.25,sobol,first,false,"));
        }

        [Test]
        public void ATableIsGoneOnWithAndThatOfAnotherStudyLeftAlone()
        {
            string path = Path.Combine(folder, "p01.csv");
            var trial = new Trial { TrialId = 1, Stimuli = { Stimuli.Of("contrast", 0.5).With("shape, of it", "round") } };
            for (int i = 0; i < 2; i++)
            {
                using (var table = new TrialTable(path, experiment))
                {
                    table.Add(trial, true);
                }
            }
            Assert.That(File.ReadAllLines(path).Length, Is.EqualTo(3));
            File.WriteAllText(path, "other,columns\n");
            Assert.Throws<IOException>(() => new TrialTable(path, experiment));
            Assert.That(File.ReadAllText(path), Is.EqualTo("other,columns\n"));
        }

        private void Open(string journal)
        {
            client?.Dispose();
            client = new AepsychClient("http://rig", new ClientOptions { Calls = server.Calls, JournalPath = journal });
            server.Failures = call => false;
            experiment = client.OpenAsync("e1").GetAwaiter().GetResult();
        }

        private ExperimentRunner Runner()
        {
            return new ExperimentRunner(client, experiment, ShowAsync) { PauseWithoutServer = TimeSpan.FromMilliseconds(1) };
        }

        private Task<Answer> ShowAsync(Trial trial, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            shown.Add(trial.TrialId);
            Answer answer = true;
            answer.ResponseTime = TimeSpan.FromSeconds(0.25);
            return Task.FromResult(answer);
        }
    }
}
