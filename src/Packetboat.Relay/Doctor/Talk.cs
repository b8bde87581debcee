using System.Net;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Relay.Doctor;

/// <summary>What came of a call to a mail server, and a few polite words.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Address">Where it was called.</param>
/// <param name="Failure">Why there was no conversation; empty: there was.</param>
internal sealed record Talk(string Host, IPAddress? Address, string Failure)
{
    /// <summary>Null: nothing was said.</summary>
    public SmtpReply? Greeting { get; init; }

    /// <summary>When, by our clock.</summary>
    public DateTimeOffset GreetedAt { get; init; }

    /// <summary>To EHLO; null: it did not come to that.</summary>
    public SmtpReply? Hello { get; init; }

    /// <summary>From which address of this machine.</summary>
    public IPAddress? From { get; init; }

    /// <summary>The connection stood. What was said over it is another matter.</summary>
    public bool IsConnected => From is not null;

    /// <summary>The first reply by which it turned us away; null: it did not.</summary>
    public SmtpReply? Refusal => Array.Find([Greeting, Hello], reply => reply is { IsPermanent: true } or { IsTransient: true });
}
