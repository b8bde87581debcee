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
    [InlineData("<" + Said + "> and aHVudGVyMg==", "<(secret)> and (secret)")]
    [InlineData("ag1lqgzhci5lEGFtcGxl", "(secret)")]
    [InlineData("x" + Said + "x", "(secret)")]
    [InlineData("Authentication credentials invalid", "Authentication credentials invalid")]
    [InlineData("AG1l", "AG1l")]
    [InlineData("", "")]
    public void What_was_said_is_taken_out_whole_or_cut_and_nothing_else(string text, string cleared)
    {
        var spoken = new SpokenSecrets();
        spoken.Add("=");
        spoken.Add(Said);
        Assert.Equal(["first", cleared], spoken.Without(new SmtpReply(535, "5.7.8", ["first", text])).Lines);
    }
}
