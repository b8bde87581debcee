using System.Text;
using Packetboat.Relay.Listening;
using Packetboat.Relay.SmtpServer;
using Packetboat.Relay.Tests.SmtpServer;

namespace Packetboat.Relay.Tests.Attacks;

/// <summary>Whoever asks whether a name exists learns nothing: a name that nobody has is treated as one that somebody has.</summary>
public sealed class EnumerationTests
{
    private const string Nobody = "NOBODY";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Guesses()
    {
        var table = new TheoryData<string, string>();
        foreach (string mechanism in new[] { "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256" })
        foreach (string name in new[] { "PLAINBOX", "CRAMBOX", "HELDBOX", "plainbox", "PLAINBOX@hub.example" })
            table.Add(mechanism, name);
        return table;
    }

    [Theory]
    [MemberData(nameof(Guesses))]
    public Task A_wrong_password_for_a_name_and_for_no_name_sound_the_same(string mechanism, string name) =>
        Attacker.InSceneAsync(
            async (scene, connections) =>
            {
                await scene.AddAccountAsync("PLAINBOX", "NodePw77", reversible: false);
                await scene.AddAccountAsync("CRAMBOX", "NodePw78", reversible: true);
                await scene.AddAccountAsync("HELDBOX", "NodePw79", reversible: true);
                await scene.SuspendAsync("HELDBOX", "unpaid");

                string nobody = name.Contains('@', StringComparison.Ordinal) ? Nobody + "@hub.example" : Nobody;
                string[] known = await GuessAsync(scene, connections, mechanism, name);
                string[] unknown = await GuessAsync(scene, connections, mechanism, nobody);
                Assert.Equal(unknown, known);
                Assert.StartsWith("535 ", known[^1], StringComparison.Ordinal);
                // Asked again, a name that nobody has must not have got another salt: that would be the difference.
                if (mechanism.StartsWith("SCRAM", StringComparison.Ordinal))
                    Assert.Equal(await SaltAsync(scene, connections, nobody), await SaltAsync(scene, connections, nobody));
            },
            scene =>
            {
                scene.Listener = ListenerKind.Submission;
                scene.AllowInClear("192.0.2.0/24");
            }
        );

    [Theory]
    [InlineData("VRFY {0}")]
    [InlineData("VRFY {0}@hub.example")]
    [InlineData("EXPN {0}")]
    [InlineData("MAIL FROM:<{0}@hub.example>")]
    [InlineData("MAIL FROM:<a@b.example>|RCPT TO:<{0}@hub.example>")]
    [InlineData("MAIL FROM:<a@b.example>|RCPT TO:<{0}>")]
    [InlineData("MAIL FROM:<>|RCPT TO:<{0}@hub.example>")]
    public Task A_name_that_is_asked_about_is_neither_confirmed_nor_denied(string question) =>
        Attacker.InSceneAsync(
            async (scene, connections) =>
            {
                await scene.AddAccountAsync("PLAINBOX", "NodePw77", reversible: false);
                string[] answers = new string[2];
                foreach ((int i, string name) in new[] { "plainbox", "nobodies" }.Index())
                {
                    string lines = question
                        .Replace("{0}", name, StringComparison.Ordinal)
                        .Replace("|", "\r\n", StringComparison.Ordinal);
                    string heard = await Attacker.SayAsync(scene, connections, $"EHLO a\r\n{lines}\r\nQUIT\r\n");
                    answers[i] = heard.Replace(name, "(name)", StringComparison.Ordinal);
                }

                Assert.Equal(answers[1], answers[0]);
            }
        );

    /// <summary>All replies, with what is random in them made the same.</summary>
    private static async Task<string[]> GuessAsync(SmtpScene scene, SmtpConnections connections, string mechanism, string name)
    {
        var client = new SmtpTestClient(scene, connections);
        await client.GreetAsync(Ct);
        var heard = new List<string>();
        string reply = await client.SayAsync(
            mechanism switch
            {
                "PLAIN" => $"AUTH PLAIN {Base64($"\0{name}\0wrong")}",
                "SCRAM-SHA-256" => $"AUTH {mechanism} {Base64($"n,,n={name},r=abcdefghijkl")}",
                _ => $"AUTH {mechanism}",
            },
            Ct
        );
        for (int step = 0; reply.StartsWith("334 ", StringComparison.Ordinal); step++)
        {
            string challenge = Encoding.ASCII.GetString(Convert.FromBase64String(reply[4..]));
            heard.Add(Shape(mechanism, challenge));
            reply = await client.SayAsync(Answer(mechanism, name, challenge, step), Ct);
        }

        heard.Add(reply);
        await client.CloseAsync(Ct);
        return [.. heard];
    }

    private static async Task<string> SaltAsync(SmtpScene scene, SmtpConnections connections, string name)
    {
        var client = new SmtpTestClient(scene, connections);
        await client.GreetAsync(Ct);
        string reply = await client.SayAsync($"AUTH SCRAM-SHA-256 {Base64($"n,,n={name},r=abcdefghijkl")}", Ct);
        await client.CloseAsync(Ct);
        return Encoding.ASCII.GetString(Convert.FromBase64String(reply[4..])).Split(',')[1];
    }

    private static string Answer(string mechanism, string name, string challenge, int step) =>
        mechanism switch
        {
            "LOGIN" => Base64(step == 0 ? name : "wrong"),
            "CRAM-MD5" => Base64($"{name} 0123456789abcdef0123456789abcdef"),
            _ => Base64($"c=biws,{challenge.Split(',')[0]},p={Convert.ToBase64String(new byte[32])}"),
        };

    /// <summary>Attributes with the length of what is random.</summary>
    private static string Shape(string mechanism, string challenge) =>
        mechanism switch
        {
            "CRAM-MD5" => "a challenge",
            "SCRAM-SHA-256" => string.Join(
                ',',
                challenge.Split(',').Select(part => part[0] is 'r' or 's' ? $"{part[..2]}{part.Length}" : part)
            ),
            _ => challenge,
        };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
