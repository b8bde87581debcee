using System.Net;

namespace Packetboat.Bench.Relay;

/// <summary>What is sent, and how.</summary>
internal sealed record LoadOptions
{
    public required IPEndPoint Server { get; init; }

    /// <summary>Addresses of this machine to connect from, any of them; none: as the system chooses.</summary>
    public IReadOnlyList<IPAddress> From { get; init; } = [];

    /// <summary>Conversations at the same time.</summary>
    public int Connections { get; init; } = 50;

    /// <summary>In all, over all connections.</summary>
    public int Messages { get; init; } = 10_000;

    /// <summary>After so many a connection is closed and another one opened; 0: never.</summary>
    public int MessagesPerConnection { get; init; }

    public int Recipients { get; init; } = 1;

    /// <summary>Octets of a message, header included.</summary>
    public int Size { get; init; } = 4096;

    /// <summary>MAIL, RCPT and DATA in one write. RFC 2920.</summary>
    public bool Pipelining { get; init; }

    public bool StartTls { get; init; }

    /// <summary>Name and password for AUTH PLAIN; null: none.</summary>
    public (string Name, string Password)? Credentials { get; init; }

    /// <summary>Messages a second over all connections; 0: as many as the server takes.</summary>
    public double Rate { get; init; }

    /// <summary>Of the envelope.</summary>
    public string Sender { get; init; } = $"bench@{BenchMessage.Domain}";

    /// <summary>Signs the messages before they are sent; null: nothing does.</summary>
    public NodeKey? Key { get; init; }

    public string RecipientDomain { get; init; } = "sink.test";

    /// <summary>Domains <c>d0</c>, <c>d1</c> … below <see cref="RecipientDomain"/>, message by message; 0: that domain itself.</summary>
    public int RecipientDomains { get; init; }

    /// <summary>The recipient's mailbox is another one for so many messages, then the first again; 0: all are for the same.</summary>
    public int Mailboxes { get; init; }

    /// <summary>A conversation in which nothing happens for so long has failed.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);
}
