using System.Buffers.Text;
using System.Net.Security;
using Packetboat.Protocol.Sasl;
using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>STARTTLS and AUTH.</summary>
public sealed partial class SmtpClientSession
{
    /// <summary>Octets of a line in an AUTH exchange. RFC 4954 §4.</summary>
    private const int MaxAuthLine = 12288;

    /// <summary>More than any mechanism needs: an endless exchange is a trap.</summary>
    private const int MaxChallenges = 10;

    /// <summary>
    /// STARTTLS, the handshake, and EHLO again: what was said in the clear is forgotten. RFC 3207 §4.2. The outcome is the refusal of
    /// STARTTLS, with the connection as it was, or the reply to the second EHLO.
    /// </summary>
    /// <exception cref="SmtpProtocolException">The handshake failed, or somebody sent more in the clear behind the 220.</exception>
    public async ValueTask<SmtpOutcome> StartTlsAsync(SslClientAuthenticationOptions options, CancellationToken ct)
    {
        using SmtpClientWire.Use use = _wire.Begin(ct);
        SmtpOutcome agreed = await AskAsync(SmtpStage.StartTls, "STARTTLS\r\n");
        if (!agreed.IsAccepted)
            return agreed;

        Extensions = PeerExtensions.None;
        await _wire.UpgradeToTlsAsync(options, _timeouts.Handshake);
        return await HelloAsync(extensionsNeeded: true);
    }

    /// <summary>
    /// AUTH. RFC 4954 §4. Whether the mechanism was offered is not asked: hubs take what they do not list, and the caller has chosen.
    /// </summary>
    /// <param name="mechanism">Of the sign-in.</param>
    /// <param name="secret">The password or token, which is taken out of whatever the server says from then on.</param>
    /// <param name="ct">Gives up.</param>
    public async ValueTask<SmtpOutcome> AuthenticateAsync(SaslClientExchange mechanism, string secret, CancellationToken ct)
    {
        using SmtpClientWire.Use use = _wire.Begin(ct);
        string command = Command(mechanism, out byte[]? unsent);
        _wire.Spoken.Add(secret);
        if (command.Split(' ') is [_, _, var initial])
            _wire.Spoken.Add(initial);
        SmtpReply reply = await ExchangeAsync(command);
        for (int i = 0; reply.Code == 334; i++)
        {
            string? trouble = null;
            byte[]? response = unsent is not null && reply.Text.Length == 0 ? unsent : Answer(mechanism, reply.Text, out trouble);
            unsent = null;
            if (response is null || i == MaxChallenges)
                return await CancelAsync(trouble);
            string line = Convert.ToBase64String(response);
            _wire.Spoken.Add(line);
            reply = await ExchangeAsync(line);
        }

        SmtpOutcome outcome = Judge(SmtpStage.Authentication, reply);
        return outcome.IsAccepted && !mechanism.IsComplete ? NotProven() : outcome;
    }

    /// <summary>An initial response too long for the line waits for the empty challenge. An empty one is <c>=</c>. RFC 4954 §4.</summary>
    private static string Command(SaslClientExchange mechanism, out byte[]? unsent)
    {
        unsent = mechanism.InitialResponse()?.ToArray();
        if (unsent is null)
            return $"AUTH {mechanism.Mechanism}";

        string initial = unsent.Length == 0 ? "=" : Convert.ToBase64String(unsent);
        string command = $"AUTH {mechanism.Mechanism} {initial}";
        if (command.Length > MaxAuthLine - 2)
            return $"AUTH {mechanism.Mechanism}";

        unsent = null;
        return command;
    }

    /// <param name="mechanism">Has the answer.</param>
    /// <param name="text">The challenge.</param>
    /// <param name="trouble">Why there is none, where the mechanism says it.</param>
    private static byte[]? Answer(SaslClientExchange mechanism, string text, out string? trouble)
    {
        trouble = null;
        Span<byte> challenge = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (!Convert.TryFromBase64String(text, challenge, out int length))
            return null;
        SaslClientStep step = mechanism.Next(challenge[..length]);
        trouble = (step as SaslClientStep.Abort)?.Reason;
        return (step as SaslClientStep.Response)?.Data.ToArray();
    }

    private async ValueTask<SmtpReply> ExchangeAsync(string line)
    {
        _wire.Append(line);
        _wire.Append("\r\n"u8);
        await _wire.FlushAsync(_timeouts.DataBlock);
        return await _wire.ReadReplyAsync(_timeouts.Command);
    }

    /// <summary>The peer must answer <c>*</c> with 501; that says nothing about what was wrong, so the outcome is ours.</summary>
    private async ValueTask<SmtpOutcome> CancelAsync(string? reason)
    {
        SmtpReply reply = await ExchangeAsync("*");
        if (!reply.IsPermanent)
            _wire.Break();
        return SmtpOutcome.Ours(SmtpVerdict.Permanent, SmtpStage.Authentication, LocalReplies.NoSaslAnswer(reason));
    }

    /// <summary>Whoever says 235 without the proof may be anyone, and gets no mail.</summary>
    private SmtpOutcome NotProven()
    {
        _wire.Break();
        return SmtpOutcome.Ours(SmtpVerdict.Permanent, SmtpStage.Authentication, LocalReplies.ServerNotProven);
    }
}
