namespace Packetboat.Relay.Operations;

/// <summary>The tokens that relays are signed in to with.</summary>
public sealed partial class LocalOperations
{
    public Task<IReadOnlyList<TokenRow>> ListTokensAsync(CancellationToken ct) => Task.FromResult(tokens.List());

    public async Task<Result<Done>> SetTokenAsync(string name, string refresh, TimeSpan? life, CancellationToken ct) =>
        await NotedAsync("token set", name, await tokens.SetAsync(name, refresh, life, ct), ct);

    public async Task<Result<Done>> ForgetTokenAsync(string name, CancellationToken ct) =>
        await NotedAsync("token forget", name, await tokens.ForgetAsync(name, ct), ct);

    private async Task<Result<Done>> NotedAsync(string action, string name, Result<Done> result, CancellationToken ct)
    {
        if (result.Refusal is null)
            await NoteAsync(action, Protocol.PrintableText.Of(name, 64), "", ct);
        return result;
    }
}
