// Several features at once: a mock HTTP server whose middlewares are async delegates, with AsyncLocal request numbers.
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using AsyncPrograms;

namespace P64;

sealed class Request
{
    public string Method = "GET", Path = "/", Body = "";
    public Dictionary<string, string> Headers = new();
    public CancellationToken Aborted;
}

sealed class Response
{
    public int Status = 200;
    public string Body = "";
    public Dictionary<string, string> Headers = new();
}

delegate ValueTask<Response> Handler(Request request);
delegate Handler Middleware(Handler next);

sealed class Pipeline
{
    readonly List<Middleware> middlewares = new();
    public Pipeline Use(Func<Request, Handler, Task<Response>> middleware)
    {
        middlewares.Add(next => async request => await middleware(request, next));
        return this;
    }
    public Handler Build(Handler last)
    {
        for (int i = middlewares.Count - 1; i >= 0; i--) last = middlewares[i](last);
        return last;
    }
}

sealed class Users
{
    readonly Dictionary<int, string> names = new() { [1] = "ann", [2] = "bob" };
    public async Task<string> Find(int id)
    {
        await Task.Yield();
        return names.TryGetValue(id, out string name) ? name : throw new KeyNotFoundException("user " + id);
    }
    public async Task<int> Add(string name)
    {
        await Task.Yield();
        if (name.Length == 0) throw new ArgumentException("no name");
        names.Add(names.Count + 1, name);
        return names.Count;
    }
}

static class Server
{
    static readonly AsyncLocal<int> Number = new();
    static int requests, active, mostActive;
    public static readonly List<string> Log = new();
    static readonly Users users = new();

    public static async Task<Response> Logging(Request request, Handler next)
    {
        Number.Value = ++requests;
        active++;
        if (active > mostActive) mostActive = active;
        int status = 0;
        try
        {
            Response response = await next(request);
            status = response.Status;
            response.Headers["X-Number"] = Number.Value.ToString();
            return response;
        }
        finally
        {
            active--;
            Log.Add($"{Number.Value}:{request.Path}:{status}");
        }
    }

    public static async Task<Response> Errors(Request request, Handler next)
    {
        try
        {
            return await next(request);
        }
        catch (KeyNotFoundException e)
        {
            await Task.Yield();
            return new Response { Status = 404, Body = e.Message };
        }
        catch (ArgumentException e)
        {
            return new Response { Status = 400, Body = e.Message };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new Response { Status = 500, Body = "number " + Number.Value };
        }
    }

    public static async Task<Response> Authentication(Request request, Handler next)
    {
        if (request.Path.StartsWith("/admin") && (!request.Headers.TryGetValue("Token", out string token) || !await Valid(token)))
            return new Response { Status = 401 };
        return await next(request);
    }

    public static async Task<Response> Compression(Request request, Handler next)
    {
        Response response = await next(request);
        if (!request.Headers.ContainsKey("Compress")) return response;
        string packed = "";
        for (int i = 0, run; i < response.Body.Length; i += run)
        {
            run = 1;
            while (i + run < response.Body.Length && response.Body[i + run] == response.Body[i]) run++;
            packed += response.Body[i].ToString() + run;
            await Task.Yield();
        }
        response.Body = packed;
        return response;
    }

    static async Task<bool> Valid(string token)
    {
        await Task.Yield();
        return token == "secret";
    }

    public static async ValueTask<Response> Route(Request request)
    {
        string[] parts = request.Path.Trim('/').Split('/');
        return (request.Method, parts[0]) switch
        {
            ("GET", "users") => new Response { Body = await users.Find(int.Parse(parts[1])) },
            ("POST", "users") => new Response { Status = 201, Body = (await users.Add(request.Body)).ToString() },
            ("GET", "admin") => new Response { Body = $"most {mostActive > 1}" },
            ("GET", "fill") => new Response { Body = new string(parts[1][0], 5) + new string('-', 3) },
            ("GET", "crash") => throw new InvalidOperationException(),
            ("GET", "slow") => await Slow(request.Aborted),
            _ => new Response { Status = 405 },
        };
    }

    static async Task<Response> Slow(CancellationToken aborted)
    {
        for (int i = 0; i < 100; i++)
        {
            aborted.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        return new Response { Body = "slow" };
    }
}

static class Program
{
    static async Task<string> Send(Handler server, string method, string path, string body = "", string header = null, CancellationToken aborted = default)
    {
        var request = new Request { Method = method, Path = path, Body = body, Aborted = aborted };
        if (header != null) request.Headers[header] = "secret";
        try
        {
            Response response = await server(request);
            return $"{method} {path}: {response.Status} {response.Body} {(response.Headers.ContainsKey("X-Number") ? "numbered" : "")}";
        }
        catch (OperationCanceledException)
        {
            return $"{method} {path}: aborted";
        }
    }

    static async Task All()
    {
        Handler server = new Pipeline().Use(Server.Logging).Use(Server.Errors).Use(Server.Compression).Use(Server.Authentication).Build(Server.Route);
        var abort = new CancellationTokenSource();
        Task<string>[] clients =
        {
            Send(server, "GET", "/users/1"), Send(server, "GET", "/users/9"), Send(server, "POST", "/users", "cid"), Send(server, "POST", "/users"),
            Send(server, "GET", "/admin"), Send(server, "GET", "/admin", header: "Token"), Send(server, "GET", "/fill/zz", header: "Compress"),
            Send(server, "GET", "/crash"), Send(server, "PUT", "/users/1"), Send(server, "GET", "/slow", aborted: abort.Token), Send(server, "GET", "/slow"),
        };
        for (int i = 0; i < 10; i++) await Task.Yield();
        abort.Cancel();
        foreach (string line in await Task.WhenAll(clients)) Console.WriteLine(line);
        Console.WriteLine(await Send(server, "GET", "/users/3"));
        Server.Log.Sort();
        Console.WriteLine(string.Join(" ", Server.Log));
    }

    public static void Main() => Loop.Run(All);
}
