using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using AepsychGrpc.V1;
using NUnit.Framework;

namespace AepsychGrpc.Tests
{
    public class JournalTests
    {
        private string path;
        private List<TellRequest> recorded;
        private AepsychException failure;

        [SetUp]
        public void SetUp()
        {
            path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            recorded = new List<TellRequest>();
            failure = null;
        }

        [TearDown]
        public void TearDown()
        {
            File.Delete(path);
            File.Delete(path + ".refused");
        }

        [Test]
        public void WhatIsAcknowledgedDoesNotWait()
        {
            using (AepsychClient client = Client())
            {
                Tell(client, 1);
                Assert.That(client.Waiting, Is.Empty);
            }
            Assert.That(new FileInfo(path).Length, Is.EqualTo(8));
        }

        [Test]
        public void WhatNoServerTakesIsOnDiskAndSentWhenTheProgramStartsAgain()
        {
            failure = new AepsychException(StatusCode.Unavailable, "gone");
            using (AepsychClient client = Client())
            {
                for (int trial = 1; trial <= 3; trial++)
                {
                    TellWaitingException error = Assert.Throws<TellWaitingException>(() => Tell(client, trial));
                    Assert.That(error.Code, Is.EqualTo(StatusCode.Unavailable));
                }
            }
            failure = null;
            using (AepsychClient client = Client())
            {
                Assert.That(client.Waiting.Count, Is.EqualTo(3));
                Assert.That(client.ResendAsync().GetAwaiter().GetResult(), Is.Empty);
                Assert.That(client.Waiting, Is.Empty);
            }
            Assert.That(Trials(), Is.EqualTo(new[] { 1, 2, 3 }));
            Assert.That(recorded.All(request => request.AskNext == null));
        }

        [Test]
        public void EarlierResponsesAreSentBeforeTheNext()
        {
            using (AepsychClient client = Client())
            {
                failure = new AepsychException(StatusCode.DeadlineExceeded, "slow");
                Assert.Throws<TellWaitingException>(() => Tell(client, 1));
                failure = null;
                Tell(client, 2);
                Assert.That(client.Waiting, Is.Empty);
            }
            Assert.That(Trials(), Is.EqualTo(new[] { 1, 2 }));
        }

        [Test]
        public void AStimulusOfOnesOwnKeepsItsIdWhenItIsSentAgain()
        {
            var request = new TellRequest { ExperimentId = "e", Observations = { new Observation() } };
            var ids = new List<string>();
            using (AepsychClient client = Client(tell =>
            {
                ids.Add(tell.Observations[0].ObservationId);
                if (ids.Count == 1)
                {
                    throw new AepsychException(StatusCode.Unavailable, "gone");
                }
            }))
            {
                Assert.Throws<TellWaitingException>(() => client.TellAsync(request).GetAwaiter().GetResult());
            }
            using (AepsychClient client = Client(tell => ids.Add(tell.Observations[0].ObservationId)))
            {
                client.ResendAsync().GetAwaiter().GetResult();
            }
            Assert.That(ids.Count, Is.EqualTo(2));
            Assert.That(ids[0], Is.Not.Empty);
            Assert.That(ids[1], Is.EqualTo(ids[0]));
        }

        [Test]
        public void WhatTheCallerLearnsToBeRefusedIsNotKept()
        {
            using (AepsychClient client = Client())
            {
                failure = new AepsychException(StatusCode.InvalidArgument, "no such outcome");
                AepsychException error = Assert.Throws<AepsychException>(() => Tell(client, 1));
                Assert.That(error, Is.SameAs(failure));
                Assert.That(client.Waiting, Is.Empty);
            }
            Assert.That(File.Exists(path + ".refused"), Is.False);
        }

        [Test]
        public void WhatIsRefusedLaterIsToldAndKeptElsewhere()
        {
            failure = new AepsychException(StatusCode.Unavailable, "gone");
            using (AepsychClient client = Client())
            {
                Assert.Throws<TellWaitingException>(() => Tell(client, 7));
                failure = new AepsychException(StatusCode.NotFound, "another database");
                RefusedTell refused = client.ResendAsync().GetAwaiter().GetResult().Single();
                Assert.That(refused.Error.Code, Is.EqualTo(StatusCode.NotFound));
                Assert.That(refused.Request.Observations[0].TrialId, Is.EqualTo(7));
                Assert.That(client.Waiting, Is.Empty);
            }
            using (var kept = new TellJournal(path + ".refused"))
            {
                Assert.That(kept.Waiting.Single().Request.Observations[0].TrialId, Is.EqualTo(7));
            }
        }

        [Test]
        public void AfterACutAnywhereEarlierRecordsAreThereAndTheFileIsOfUse()
        {
            using (var journal = new TellJournal(path))
            {
                journal.Append(Request(1));
                journal.Append(Request(2));
            }
            byte[] whole = File.ReadAllBytes(path);
            for (int length = 0; length <= whole.Length; length++)
            {
                File.WriteAllBytes(path, whole.Take(length).ToArray());
                int before;
                using (var journal = new TellJournal(path))
                {
                    before = journal.Waiting.Count;
                    journal.Append(Request(3));
                }
                using (var journal = new TellJournal(path))
                {
                    Assert.That(journal.Waiting.Count, Is.EqualTo(before + 1), $"cut at {length}");
                    Assert.That(journal.Waiting.Last().Request.Observations[0].TrialId, Is.EqualTo(3));
                }
                Assert.That(before, Is.EqualTo(length < 8 + ((whole.Length - 8) / 2) ? 0 : length < whole.Length ? 1 : 2));
            }
        }

        [Test]
        public void AnAcknowledgementOutOfOrderIsRemembered()
        {
            using (var journal = new TellJournal(path))
            {
                journal.Append(Request(1));
                JournaledTell second = journal.Append(Request(2));
                journal.Append(Request(3));
                journal.Settle(second);
            }
            using (var journal = new TellJournal(path))
            {
                Assert.That(
                    journal.Waiting.Select(entry => entry.Request.Observations[0].TrialId), Is.EqualTo(new[] { 1, 3 }));
            }
        }

        [Test]
        public void AnotherFileIsLeftAlone()
        {
            File.WriteAllText(path, "the only copy of a thesis");
            Assert.Throws<InvalidDataException>(() => new TellJournal(path));
            Assert.That(File.ReadAllText(path), Is.EqualTo("the only copy of a thesis"));
        }

        [Test]
        public void TwoProgramsCantHaveItOpen()
        {
            using (new TellJournal(path))
            {
                Assert.Throws<IOException>(() => new TellJournal(path));
            }
        }

        private static TellRequest Request(int trial)
        {
            return new TellRequest
            {
                ExperimentId = "e", AskNext = new AskNext(), Observations = { new Observation { TrialId = trial } },
            };
        }

        private static void Tell(AepsychClient client, int trial)
        {
            client.TellAsync(Request(trial)).GetAwaiter().GetResult();
        }

        private IEnumerable<int> Trials()
        {
            return recorded.Select(request => request.Observations[0].TrialId);
        }

        private AepsychClient Client()
        {
            return Client(request =>
            {
                if (failure != null)
                {
                    throw failure;
                }
                recorded.Add(request);
            });
        }

        private AepsychClient Client(Action<TellRequest> told)
        {
            ICalls calls = new FakeCalls().On<TellRequest>(request =>
            {
                told(request);
                return new TellResponse();
            });
            return new AepsychClient("http://rig", new ClientOptions { Calls = calls, JournalPath = path });
        }
    }
}
