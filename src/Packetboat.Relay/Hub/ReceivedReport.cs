using System.Net;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Hub;

/// <summary>A message to the address for complaints, and who brought it.</summary>
/// <param name="Content">As far as <see cref="FeedbackReport.MaxOctets"/>.</param>
/// <param name="Signed">All of it, complete.</param>
/// <param name="Client">The host that brought it.</param>
/// <param name="Sender">Of the envelope; null: the null sender.</param>
/// <param name="Hello">What the host calls itself.</param>
public sealed record ReceivedReport(
    ReadOnlyMemory<byte> Content,
    DkimMessage Signed,
    IPAddress Client,
    MailAddress? Sender,
    string Hello
);
