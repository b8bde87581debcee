using Packetboat.Protocol.Message;

namespace Packetboat.Relay.SmtpServer;

/// <summary>Asks the routes, <c>Action = never</c>.</summary>
/// <param name="sender">Of the envelope; null: the null sender.</param>
/// <param name="account">Who submits it; null: nobody signed in.</param>
/// <param name="recipient">Where it would go.</param>
/// <returns>The name of the rule that lets no such mail leave; null: it may.</returns>
public delegate string? KeepsIn(MailAddress? sender, string? account, MailAddress recipient);
