using System.Buffers.Text;
using Packetboat.Protocol.Sasl;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.SmtpServer;

/// <summary>Signing in. RFC 4954.</summary>
public sealed partial class SmtpServerSession
{
    /// <summary>On the transfer port a sign-in gains nothing unless ALLOW_RELAY is set, and what is not offered cannot be guessed at.</summary>
    private bool OffersAuth => peer.IsSubmission || settings.AllowRelay;

    private bool MayAuthenticate => OffersAuth && (wire.Tls is not null || settings.MayAuthInClear(peer.Address));

    private async ValueTask<SaslServerOptions> SaslOptionsAsync(CancellationToken stopping) =>
        new(
            settings.HostName,
            wire.Tls is not null,
            wire.ChannelBindings,
            await accounts.HasReversibleSecretsAsync(stopping),
            PlainInClear: settings.MayAuthInClear(peer.Address),
            ClientKey: wire.ClientKey is { } key && await accounts.IsKeyOfSomebodyAsync(key, stopping) ? key : null
        );

    private async ValueTask<SmtpReply> AuthAsync(SmtpCommand.Auth auth, CancellationToken stopping)
    {
        if (!OffersAuth)
            return Replies.NoAuthHere;
        if (!MayAuthenticate)
            return Replies.SignInNeedsTls;
        var guarded = new GuardedAccounts(accounts, attempts, peer.Address, wire);
        if (SaslMechanisms.CreateServer(auth.Mechanism, guarded, await SaslOptionsAsync(stopping)) is not { } exchange)
            return Replies.NoSuchMechanism;
        if (attempts.IsBanned(peer.Address))
            return Replies.TooManySignIns;

        (SaslStep? step, SmtpReply? refused) = await StepThroughAsync(exchange, auth.InitialResponse, stopping);
        return step switch
        {
            SaslStep.Success success => await AdmitAsync(success.Identity, exchange.Mechanism, stopping),
            SaslStep.Failure failure => guarded.HasRefused ? RefuseToHear(exchange) : await FailAsync(failure, exchange),
            _ => refused!.Value,
        };
    }

    /// <summary>Challenges and responses until the exchange is over, or the client breaks it off.</summary>
    private async ValueTask<(SaslStep? Step, SmtpReply? Refused)> StepThroughAsync(
        SaslServerExchange exchange,
        string? initialResponse,
        CancellationToken stopping
    )
    {
        if (!TryDecode(initialResponse, isInitial: true, out byte[]? response))
            return (new SaslStep.Failure(SaslFailureKind.BadArgument, "the initial response is not base64"), null);

        SaslStep step = await exchange.StartAsync(response is null ? default(ReadOnlyMemory<byte>?) : response, stopping);
        while (step is SaslStep.Challenge challenge)
        {
            await wire.WriteAsync(new SmtpReply(334, "", Convert.ToBase64String(challenge.Data.Span)));
            AuthLine? line = await wire.ReadAuthLineAsync();
            if (line is null)
                return (null, stopping.IsCancellationRequested ? Replies.Stopping(settings.HostName) : Replies.TimedOut);
            if (line.Refused is { } refused)
                return (null, refused);
            if (line.Text == "*")
                return (null, Replies.AuthCancelled);
            if (!TryDecode(line.Text, isInitial: false, out response))
                return (new SaslStep.Failure(SaslFailureKind.BadArgument, "a response is not base64"), null);
            step = await exchange.NextAsync(response!, stopping);
        }

        return (step, null);
    }

    private async ValueTask<SmtpReply> AdmitAsync(SaslIdentity identity, string mechanism, CancellationToken stopping)
    {
        var use = new CredentialUse(time.GetUtcNow(), peer.Address.ToString(), mechanism, wire.Tls ?? "");
        AuthenticatedAccount? account;
        try
        {
            account = await accounts.AdmitAsync(identity, use, stopping);
        }
        catch (CredentialsUnavailableException unavailable)
        {
            log.SignInFailed(peer, identity.Account, mechanism, unavailable.Message);
            return Replies.SignInUnavailable;
        }

        if (account is null)
            return Replies.SignInFailed;
        if (!account.SignIn.Allows(use))
            return BelowMinimum(account, use);

        _account = account;
        _strange = usage is null ? null : await usage.SignedInAsync(_account.Id, peer.Address);
        attempts.Succeeded(peer.Address, _account.Id.Text);
        _failedSignIns = 0;
        wire.Progress();
        log.SignedIn(peer, _account.Id.Text, _account.By.Name, mechanism, wire.Tls);
        return Replies.SignedIn;
    }

    /// <summary>Said to nobody who has not shown that he is the account: else it would tell which names exist, and how they sign in.</summary>
    private SmtpReply BelowMinimum(AuthenticatedAccount account, CredentialUse use)
    {
        SmtpReply reply = account.SignIn.AllowsChannel(use.Tls)
            ? Replies.MechanismTooWeak(account.Id, account.SignIn)
            : Replies.AccountNeedsTls(account.Id);
        log.SignInFailed(peer, account.Id.Text, use.Mechanism, reply.ToString());
        return ++_failedSignIns >= MaxFailedSignIns ? Replies.TooManySignIns : reply;
    }

    private SmtpReply RefuseToHear(SaslServerExchange exchange)
    {
        log.SignInFailed(peer, exchange.ClaimedName ?? "", exchange.Mechanism, "too many failed sign-ins from that address");
        return Replies.TooManySignIns;
    }

    private async ValueTask<SmtpReply> FailAsync(SaslStep.Failure failure, SaslServerExchange exchange)
    {
        log.SignInFailed(peer, exchange.ClaimedName ?? "", exchange.Mechanism, failure.Reason);
        if (failure.Kind == SaslFailureKind.Unavailable)
            return Replies.SignInUnavailable;

        if (attempts.Failed(peer.Address, exchange.ClaimedName ?? "") is { } suspicion)
            log.Suspected(peer, exchange.ClaimedName ?? "", suspicion);
        await wire.PauseAsync(settings.FailedSignInPause);
        if (++_failedSignIns >= MaxFailedSignIns)
            return Replies.TooManySignIns;
        return failure.Kind == SaslFailureKind.BadArgument ? Replies.BadAuthLine : Replies.SignInFailed;
    }

    /// <summary>Base64 on one line. <c>=</c> is an empty initial response; absence is null. RFC 4954 §4.</summary>
    private static bool TryDecode(string? text, bool isInitial, out byte[]? decoded)
    {
        decoded = text is null ? null : [];
        if (text is null || text.Length == 0 || (isInitial && text == "="))
            return true;
        if (!Base64.IsValid(text.AsSpan()) || text.AsSpan().ContainsAny(" \t"))
            return false;
        decoded = Convert.FromBase64String(text);
        return true;
    }
}
