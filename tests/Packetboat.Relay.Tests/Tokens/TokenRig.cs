using Packetboat.Relay.Configuration;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;
using Packetboat.Relay.Tests.Queue;
using Packetboat.Relay.Tokens;

namespace Packetboat.Relay.Tests.Tokens;

/// <summary>A keeper over a real store, and an issuer that gives a new refresh token each time and takes the one before no more.</summary>
internal sealed class TokenRig : ITokenStore, IAsyncDisposable
{
    private readonly SecretBox _box = new(new byte[32]);
    private readonly AuthorizationServer _server;
    private int _given;
    private string _valid = "r0";

    public TokenRig()
    {
        _server = new AuthorizationServer(TimeProvider.System, LoopIssuer.Trust());
        Issuer.Answer = Rotate;
        Keeper = NewKeeper();
    }

    public QueueRig Queue { get; } = new();

    public LoopIssuer Issuer { get; } = new();

    public TokenKeeper Keeper { get; private set; }

    public TokenSettings Token => Issuer.Token();

    /// <summary>Seconds.</summary>
    public int Life { get; set; } = 3600;

    /// <summary>Mail is sent from here.</summary>
    public bool MayRenew { get; set; } = true;

    /// <summary>The disk takes nothing.</summary>
    public bool IsFull { get; set; }

    public async ValueTask DisposeAsync()
    {
        await Keeper.DisposeAsync();
        _server.Dispose();
        await Issuer.DisposeAsync();
        await Queue.DisposeAsync();
    }

    public Task SignInAsync(CancellationToken ct) => KeepAsync("r0", null, ct);

    /// <summary>Keeps one that is not tried: where nothing is sent from.</summary>
    public async Task KeepAsync(string refresh, TimeSpan? life, CancellationToken ct)
    {
        bool before = MayRenew;
        MayRenew = false;
        await Keeper.SetAsync(Token, new Secret(refresh), life, ct);
        MayRenew = before;
    }

    /// <summary>What is in memory is gone.</summary>
    public async Task RestartAsync()
    {
        await Keeper.DisposeAsync();
        Keeper = NewKeeper();
    }

    /// <summary>A token, or why there is none.</summary>
    public async Task<string> GetAsync(CancellationToken ct, string rejected = "", TokenSettings? token = null) =>
        await Keeper.GetAsync(token ?? Token, rejected.Length == 0 ? default : new Secret(rejected), ct) switch
        {
            TokenAnswer.Given given => given.Token.RevealValue(),
            TokenAnswer.Refused { IsFinal: true } refused => $"never: {refused.Reason}",
            TokenAnswer.Refused refused => $"later: {refused.Reason}",
            _ => "",
        };

    /// <summary>A renewal whose answer is on its way, until it is let go.</summary>
    public async Task<(Task<string> Renewal, Action LetGo)> BeginRenewalAsync(CancellationToken ct)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Issuer.Answer = (path, fields) =>
        {
            asked.TrySetResult();
            answer.Task.Wait(ct);
            return Rotate(path, fields);
        };
        Task<string> renewal = GetAsync(ct);
        await asked.Task.WaitAsync(ct);
        return (renewal, () => answer.TrySetResult());
    }

    public (int, string) Rotate(string path, IReadOnlyDictionary<string, string> fields)
    {
        if (fields["refresh_token"] != _valid)
            return (400, """{"error":"invalid_grant","error_description":"Token has been expired or revoked."}""");
        int number = ++_given;
        _valid = $"r{number}";
        return (
            200,
            $$"""{"access_token":"a{{number}}","token_type":"Bearer","expires_in":{{Life}},"refresh_token":"{{_valid}}"}"""
        );
    }

    public StoredToken? FindToken(string name) => Queue.Accounts.FindToken(name);

    public Task KeepTokenAsync(StoredToken token, CancellationToken stopping) =>
        IsFull
            ? throw new StoreUnavailableException("the disk is full", inner: null)
            : Queue.Accounts.KeepTokenAsync(token, stopping);

    public Task<bool> ForgetTokenAsync(string name, CancellationToken stopping) =>
        Queue.Accounts.ForgetTokenAsync(name, stopping);

    private TokenKeeper NewKeeper() => new(this, _server, _box, Queue.Time, () => MayRenew);
}
