using System;
using AepsychGrpc.V1;
using NUnit.Framework;
using UnityEditor;

namespace AepsychGrpc.Editor.Tests
{
    public class ClosingTests
    {
        [Test]
        public void ClientsAreClosedWhenPlayModeEndsAndNotBefore()
        {
            using (var client = new AepsychClient("http://127.0.0.1:9"))
            {
                ClosingOnReload.CloseAtEndOfPlay(PlayModeStateChange.EnteredPlayMode);
                Assert.That(Failure(client), Is.InstanceOf<AepsychException>());
                ClosingOnReload.CloseAtEndOfPlay(PlayModeStateChange.ExitingPlayMode);
                Assert.That(Failure(client), Is.InstanceOf<ObjectDisposedException>());
            }
        }

        private static Exception Failure(AepsychClient client)
        {
            try
            {
                client.Service.GetServerInfoAsync(new GetServerInfoRequest(), TimeSpan.FromMilliseconds(50)).GetAwaiter().GetResult();
                return null;
            }
            catch (Exception error)
            {
                return error;
            }
        }
    }
}
