namespace Packetboat.Protocol.SmtpClient;

/// <summary>How long each phase may take. The defaults are the least that RFC 5321 §4.5.3.2 allows.</summary>
public sealed record SmtpClientTimeouts
{
    public static SmtpClientTimeouts Default { get; } = new();

    public TimeSpan Greeting { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For EHLO, RSET and each step of AUTH, for which the RFC names no time. A hub waits five seconds before a 535.</summary>
    public TimeSpan Command { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan Handshake { get; init; } = TimeSpan.FromMinutes(1);

    public TimeSpan Mail { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan Recipient { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan DataStart { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For each write, of content or of commands.</summary>
    public TimeSpan DataBlock { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>For the reply to the final dot. Giving up early means sending the message twice. RFC 1047.</summary>
    public TimeSpan FinalDot { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For the reply to QUIT, and for a last reply of a peer that has stopped reading. Nothing hangs on either.</summary>
    public TimeSpan Goodbye { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// All of them longer or shorter by one factor, but for the goodbye, and the final dot, which only grows: whoever gives up there sends
    /// the message twice. RFC 5321 §4.5.3.2.6.
    /// </summary>
    public SmtpClientTimeouts Times(double factor) =>
        this with
        {
            Greeting = Greeting * factor,
            Command = Command * factor,
            Handshake = Handshake * factor,
            Mail = Mail * factor,
            Recipient = Recipient * factor,
            DataStart = DataStart * factor,
            DataBlock = DataBlock * factor,
            FinalDot = FinalDot * Math.Max(1, factor),
        };
}
