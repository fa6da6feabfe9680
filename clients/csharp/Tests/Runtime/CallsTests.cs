using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using AepsychGrpc.V1;
using NUnit.Framework;

namespace AepsychGrpc.Tests
{
    public class CallsTests
    {
        private FakeHttp http;
        private Retries retries;
        private GrpcWebCalls calls;
        private ExperimentServiceClient service;

        [SetUp]
        public void SetUp()
        {
            http = new FakeHttp();
            retries = new Retries { FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(2) };
            calls = new GrpcWebCalls(new Uri("http://rig:50052"), http, TimeSpan.FromSeconds(30), retries, "secret");
            service = new ExperimentServiceClient(calls);
        }

        [Test]
        public void ACallSaysWhereItGoesAndHowLongItWaits()
        {
            http.ThenMessage(new GetServerInfoResponse { Version = "1.2" });
            Assert.That(Info(TimeSpan.FromSeconds(2)).Version, Is.EqualTo("1.2"));
            HttpPost post = http.Posts.Single();
            Assert.That(post.Address.ToString(), Is.EqualTo("http://rig:50052/aepsych_grpc.v1.ExperimentService/GetServerInfo"));
            Assert.That(post.ContentType, Is.EqualTo("application/grpc-web+proto"));
            Assert.That(post.Headers["Authorization"], Is.EqualTo("Bearer secret"));
            Assert.That(post.Headers["grpc-timeout"], Is.StringMatching("^(2000|19[0-9][0-9])m$"));
        }

        [Test]
        public void ACallIsSentAgainWithTheSameIdWhenNoServerAnswers()
        {
            http.ThenNothing().ThenTrailers("grpc-status: 10\r\ngrpc-message: lost a race\r\n").ThenMessage(new AskResponse { Finished = true });
            Assert.That(service.AskAsync(new AskRequest { ExperimentId = "e" }).GetAwaiter().GetResult().Finished, Is.True);
            List<AskRequest> sent = http.Posts.Select(post => AskRequest.Parser.ParseFrom(post.Body, 5, post.Body.Length - 5)).ToList();
            Assert.That(sent.Count, Is.EqualTo(3));
            Assert.That(sent[0].RequestId.Length, Is.EqualTo(32));
            Assert.That(sent.Select(request => request.RequestId).Distinct().Count(), Is.EqualTo(1));
        }

        [Test]
        public void ACallIsSentAsOftenAsIsAllowed()
        {
            retries.Attempts = 3;
            http.ThenNothing().ThenNothing().ThenNothing();
            AepsychException error = Assert.Throws<AepsychException>(() => Info());
            Assert.That(error.Code, Is.EqualTo(StatusCode.Unavailable));
            Assert.That(error.Message, Is.StringContaining("aepsych-grpc serve"));
            Assert.That(http.Posts.Count, Is.EqualTo(3));
        }

        [Test]
        public void AWrongAddressIsGivenUpSoon()
        {
            retries.FirstContact = TimeSpan.Zero;
            http.ThenNothing();
            Assert.Throws<AepsychException>(() => Info());
            Assert.That(http.Posts.Count, Is.EqualTo(1));
        }

        [Test]
        public void ARefusalIsNotSentAgain()
        {
            http.ThenTrailers("grpc-status: 5\r\ngrpc-message: no experiment %22%C3%A4%22\r\n");
            AepsychException error = Assert.Throws<AepsychException>(() => Info());
            Assert.That(error.Code, Is.EqualTo(StatusCode.NotFound));
            Assert.That(error.Message, Is.EqualTo("no experiment \"ä\""));
            Assert.That(http.Posts.Count, Is.EqualTo(1));
        }

        [Test]
        public void SilenceEndsWithTheDeadlineAndIsNotSentAgain()
        {
            http.ThenSilence();
            AepsychException error = Assert.Throws<AepsychException>(() => Info(TimeSpan.FromMilliseconds(20)));
            Assert.That(error.Code, Is.EqualTo(StatusCode.DeadlineExceeded));
            Assert.That(http.Posts.Count, Is.EqualTo(1));
        }

        [Test]
        public void ACallCanBeCancelled()
        {
            http.ThenSilence();
            using (var source = new CancellationTokenSource(20))
            {
                Assert.That(
                    () => service.GetServerInfoAsync(new GetServerInfoRequest(), null, source.Token).GetAwaiter().GetResult(),
                    Throws.InstanceOf<OperationCanceledException>());
            }
        }

        [Test]
        public void AnotherKindOfServerIsNamedAsSuch()
        {
            http.Then(receiver =>
            {
                FakeHttp.Head(receiver, "text/html", 404);
                FakeHttp.Give(receiver, System.Text.Encoding.ASCII.GetBytes("<html>not here</html>"));
            });
            AepsychException error = Assert.Throws<AepsychException>(() => Info());
            Assert.That(error.Code, Is.EqualTo(StatusCode.Unimplemented));
            Assert.That(error.Message, Is.StringContaining("HTTP status 404"));
        }

        [Test]
        public void AnAnswerThatBreaksOffIsNoAnswer()
        {
            retries.Attempts = 1;
            http.Then(receiver =>
            {
                FakeHttp.Head(receiver);
                FakeHttp.Give(receiver, new byte[] { 0, 0, 0 });
            });
            Assert.That(Assert.Throws<AepsychException>(() => Info()).Code, Is.EqualTo(StatusCode.Unavailable));
        }

        [Test]
        public void WhatTheReceiverOfAStreamThrowsEndsIt()
        {
            http.ThenMessage(new WatchExperimentResponse());
            Assert.Throws<InvalidTimeZoneException>(
                () => service.WatchExperimentAsync(new WatchExperimentRequest(), _ => throw new InvalidTimeZoneException())
                    .GetAwaiter().GetResult());
        }

        [Test]
        public void AClosedClientSaysSo()
        {
            calls.Dispose();
            Assert.Throws<ObjectDisposedException>(() => Info());
        }

        private GetServerInfoResponse Info(TimeSpan? timeout = null)
        {
            return service.GetServerInfoAsync(new GetServerInfoRequest(), timeout).GetAwaiter().GetResult();
        }
    }
}
