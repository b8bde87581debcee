using System.Globalization;
using System.Net.Security;
using System.Text;
using Packetboat.Relay.Listening;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Tests.SmtpServer;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Attacks;

/// <summary>A client that says all at once whatever a test has made up, hangs up, and reads what it got.</summary>
internal static class Attacker
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Plays against everything real but the disk, the clock and the network, away from the test's synchronization context.</summary>
    public static Task InSceneAsync(Func<SmtpScene, SmtpConnections, Task> play, Action<SmtpScene>? prepare = null) =>
        Task.Run(
            async () =>
            {
                using var scene = new SmtpScene();
                // Nobody is made to wait: the clock stands still.
                scene.Settings = scene.Settings with
                {
                    FailedSignInPause = TimeSpan.Zero,
                };
                scene.Attempts = new SignInAttempts(scene.Hub.Clock, TimeSpan.Zero, 0, TimeSpan.Zero);
                prepare?.Invoke(scene);
                await play(scene, scene.Open());
            },
            Ct
        );

    /// <returns>All that the server said until it closed the connection.</returns>
    public static async Task<string> SayAsync(SmtpScene scene, SmtpConnections connections, byte[] bytes)
    {
        await using var connection = new MemoryConnection(scene.Client);
        Task serving = scene.ServeAsync(connections, connection);
        Stream stream = connection.Client;
        if (scene.Listener == ListenerKind.TlsSubmission)
        {
            var tls = new SslStream(stream, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsClientAsync(TestCertificate.ClientOptions(), Ct);
            stream = tls;
        }

        await stream.WriteAsync(bytes, Ct);
        connection.EndSending();
        using var heard = new MemoryStream();
        await stream.CopyToAsync(heard, Ct);
        await serving.WaitAsync(Ct);
        return Encoding.UTF8.GetString(heard.ToArray());
    }

    public static Task<string> SayAsync(SmtpScene scene, SmtpConnections connections, string latin1) =>
        SayAsync(scene, connections, Encoding.Latin1.GetBytes(latin1));

    /// <summary>The last lines of the replies: one for each command.</summary>
    public static string[] Replies(string heard) => [.. heard.Split("\r\n").Where(line => line.Length > 3 && line[3] != '-')];

    /// <summary>Nothing in it ends a line, moves a cursor, or turns or hides text.</summary>
    public static void AssertPrintable(string text, string where)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            Assert.False(
                category
                    is UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
                        or UnicodeCategory.PrivateUse,
                $"U+{rune.Value:X4} came out behind {where}: {WireText.Shown(Encoding.UTF8.GetBytes(text))}"
            );
        }
    }
}
