using System.Text;
using CsCheck;
using Packetboat.Protocol.Smtp;
using Packetboat.Protocol.SmtpClient;

namespace Packetboat.Protocol.Tests.SmtpClient;

/// <summary>A server that repeats a sign-in tells it to nobody else.</summary>
public sealed class SpokenSecretsTests
{
    private const string Said = "AG1lQGZhci5leGFtcGxlAGh1bnRlcjIgaHVudGVyMg==";

    [Theory]
    [InlineData("unrecognized: AUTH PLAIN " + Said, "unrecognized: AUTH PLAIN (secret)")]
    [InlineData("unrecognized: AUTH PLAIN AG1lQGZhci5leGFtcGx...", "unrecognized: AUTH PLAIN (secret)...")]
    [InlineData("AUTH/PLAIN/AG1lQGZhci5leGFtcGx[cut]", "AUTH/PLAIN/(secret)[cut]")]
    [InlineData("<" + Said + "> and aHVudGVyMg==", "<(secret)> and (secret)")]
    [InlineData("ag1lqgzhci5lEGFtcGxl", "(secret)")]
    [InlineData("x" + Said + "x", "x(secret)x")]
    [InlineData("wrong password 'hunter2 hunter2' for me", "wrong password '(secret)' for me")]
    [InlineData("wrong pin 1a2B!", "wrong pin (secret)")]
    [InlineData("Authentication credentials invalid", "Authentication credentials invalid")]
    [InlineData("AG1l", "AG1l")]
    [InlineData("", "")]
    public void What_was_said_is_taken_out_whole_or_cut_and_nothing_else(string text, string cleared) =>
        Assert.Equal(cleared, Spoken("=", Said, "hunter2 hunter2", "1a2b!").Without(text));

    [Fact]
    public void However_it_is_cut_and_whatever_stands_around_it_no_eight_characters_of_it_are_left() =>
        Gen.Select(Gen.String[Gen.Char['!', '~'], 8, 60], Gen.Int[0, 60], Gen.Int[8, 60], Gen.String[Gen.Char['!', '~'], 0, 20])
            .Sample(
                (secret, from, length, around) =>
                {
                    from = Math.Min(from, secret.Length - 8);
                    string part = secret.Substring(from, Math.Min(length, secret.Length - from));
                    string left = Spoken(secret)
                        .Without(around + part + around)
                        .Replace("(secret)", "\0", StringComparison.Ordinal);
                    return left.Split('\0').All(piece => !HasPartOf(secret, piece));
                }
            );

    /// <summary>Also later in the session, and where it is no reply at all.</summary>
    [Theory]
    [InlineData("535-5.7.8 no\r\n535 5.7.8 AUTH PLAIN AG1lQGZhci5leGFtcGxl")]
    [InlineData("AUTH PLAIN AG1lQGZhci5leGFtcGxl: unknown")]
    [InlineData("500AUTH PLAIN AG1lQGZhci5leGFtcGxl")]
    public void It_is_taken_out_of_every_line_that_is_kept_of_a_server(string lines)
    {
        var assembler = new SmtpReplyAssembler { Spoken = Spoken(Said) };
        string kept = "";
        try
        {
            foreach (string line in lines.Split("\r\n"))
                if (assembler.TryAdd(Encoding.ASCII.GetBytes(line), out SmtpReply reply))
                    kept = reply.ToString() + reply.Text;
        }
        catch (SmtpProtocolException fault)
        {
            kept = fault.Message;
        }

        Assert.Contains("(secret)", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("AG1lQGZh", kept, StringComparison.Ordinal);
    }

    private static SpokenSecrets Spoken(params string[] texts)
    {
        var spoken = new SpokenSecrets();
        foreach (string text in texts)
            spoken.Add(text);
        return spoken;
    }

    private static bool HasPartOf(string secret, string piece)
    {
        for (int i = 0; i + 8 <= piece.Length; i++)
            if (secret.Contains(piece.Substring(i, 8), StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }
}
