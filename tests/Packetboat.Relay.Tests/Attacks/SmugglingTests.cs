using System.Text;
using Packetboat.Relay.Tests.SmtpServer;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Attacks;

/// <summary>
/// A second message hidden in the first, behind a dot between every two sequences of up to three of CR, LF, CRLF and NUL: what one server
/// takes for the end of a message another must not take for content, nor the other way round. Only CRLF dot CRLF is an end
/// (RFC 5321 §4.1.1.4), and what has other line ends is not taken, so that it cannot mislead the next server either.
/// </summary>
public sealed class SmugglingTests
{
    private const string Envelope = "MAIL FROM:<a@b.example>\r\nRCPT TO:<joe@far.example>\r\n";
    private const string First = "Subject: a\r\n\r\nbody";
    private const string Smuggled = "Subject: smuggled\r\n\r\nx\r\n";
    private const string Second = Envelope + "DATA\r\n" + Smuggled + ".\r\nQUIT\r\n";

    private static readonly string[] Elements = ["\r", "\n", "\r\n", "\0"];

    private static readonly string[] Sequences =
    [
        "",
        .. Elements,
        .. Elements.SelectMany(_ => Elements, (a, b) => a + b),
        .. Elements.SelectMany(_ => Elements, (a, b) => a + b).SelectMany(_ => Elements, (ab, c) => ab + c),
    ];

    /// <summary>What stands before the dot; behind it each of the 85 is tried.</summary>
    public static TheoryData<string> Before() =>
        new(Sequences.Select(before => WireText.Shown(Encoding.Latin1.GetBytes(before))));

    [Theory]
    [MemberData(nameof(Before))]
    public Task Only_a_dot_between_two_CRLF_ends_a_message(string before) =>
        Attacker.InSceneAsync(
            async (scene, connections) =>
            {
                foreach (string after in Sequences)
                {
                    string content = First + Encoding.Latin1.GetString(WireText.Bytes(before)) + "." + after + Second;
                    int taken = scene.Spool.Accepted.Count;
                    await Attacker.SayAsync(scene, connections, $"EHLO a\r\n{Envelope}DATA\r\n{content}");

                    int end = content.IndexOf("\r\n.\r\n", StringComparison.Ordinal);
                    string[] allowed = [content[..(end + 2)].Replace("\r\n..", "\r\n.", StringComparison.Ordinal), Smuggled];
                    // Ended as it must be in front of the second, which then is no content.
                    bool isSecondMeant = end + 5 <= content.Length - Second.Length;
                    string[] accepted = Accepted(scene, taken);
                    Assert.True(accepted.Length <= (isSecondMeant ? 2 : 1), WireText.Shown(Encoding.Latin1.GetBytes(after)));
                    Assert.All(accepted, message => Assert.Contains(message, allowed.Select(Unstuffed)));
                    Assert.All(
                        accepted,
                        message => Assert.True(IsClean(message), WireText.Shown(Encoding.Latin1.GetBytes(message)))
                    );
                    if (IsClean(content[..(end + 2)]))
                        Assert.NotEmpty(accepted);
                }
            },
            Prepare
        );

    [Theory]
    [MemberData(nameof(Before))]
    public Task A_chunk_is_no_way_around_the_rules_for_lines_and_ends_where_its_octets_end(string before) =>
        Attacker.InSceneAsync(
            async (scene, connections) =>
            {
                foreach (string after in Sequences)
                foreach (bool cutBehindTheDot in new[] { false, true })
                {
                    string head = First + Encoding.Latin1.GetString(WireText.Bytes(before)) + ".";
                    string tail = after + Envelope + "DATA\r\n" + Smuggled;
                    string chunks = cutBehindTheDot
                        ? $"BDAT {head.Length}\r\n{head}BDAT {tail.Length} LAST\r\n{tail}"
                        : $"BDAT {head.Length + tail.Length} LAST\r\n{head}{tail}";
                    int taken = scene.Spool.Accepted.Count;
                    await Attacker.SayAsync(scene, connections, $"EHLO a\r\n{Envelope}{chunks}QUIT\r\n");

                    string[] accepted = Accepted(scene, taken);
                    Assert.Equal(IsClean(head + tail) ? [head + tail] : [], accepted);
                }
            },
            Prepare
        );

    private static void Prepare(SmtpScene scene) => scene.AddLine("relay.cfg", scene.Client.ToString());

    private static string[] Accepted(SmtpScene scene, int behind) =>
        [.. scene.Spool.Accepted.Skip(behind).Select(message => Encoding.Latin1.GetString(message.Content))];

    private static bool IsClean(string message)
    {
        string rest = message.Replace("\r\n", "", StringComparison.Ordinal);
        return !rest.AsSpan().ContainsAny('\r', '\n', '\0');
    }

    /// <summary>RFC 5321 §4.5.2.</summary>
    private static string Unstuffed(string content) =>
        string.Join("\r\n", content.Split("\r\n").Select(line => line.StartsWith('.') ? line[1..] : line));
}
